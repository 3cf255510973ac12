// SPDX-License-Identifier: MIT
//
// Our signal. Side: agent, floor 4 (control). See own_signal.h.
#include "control/own_signal.h"

#include "control/alarm.h"
#include "control/page.h"
#include "control/session.h"
#include "record/state.h"
#include "snapshot/stop.h"

namespace prof::own_signal {

namespace {

int ours = 0;  // 0: none
Handler our_handler = nullptr;
Sigaction real_sigaction = nullptr;
constinit Action believed{};  // what the program would find

bool is_function(const Action& action) noexcept { return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN; }

// In the memory of our parent, which runs on when this child is another program.
bool is_vfork_child() noexcept {
    return state().mode.load(std::memory_order_relaxed) != 0 && !session::is_own_process();
}

void give_up() noexcept {
    __atomic_store_n(&ours, 0, __ATOMIC_RELEASE);
    snapshot::allow_stops(0);
    if (session::is_own_process()) alarm::stop();
    page::set_signal(0);
}

}  // namespace

bool take(uint32_t number, Handler handler, Sigaction real) noexcept {
    if (real == nullptr || number == 0) return false;
    const int wanted = static_cast<int>(number);
    Action action{};
    if (real(wanted, nullptr, &believed) != 0 || believed.sa_handler != SIG_DFL) return false;
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    action.sa_mask.__val[0] |= uint64_t{3} << 31;  // libc's own too, which it leaves out: see Hearing::later
    if (real(wanted, &action, nullptr) != 0) return false;
    real_sigaction = real;
    our_handler = handler;
    __atomic_store_n(&ours, wanted, __ATOMIC_RELEASE);
    return true;
}

uint32_t number() noexcept { return static_cast<uint32_t>(__atomic_load_n(&ours, __ATOMIC_ACQUIRE)); }

bool is_ours(int number) noexcept { return number != 0 && number == __atomic_load_n(&ours, __ATOMIC_ACQUIRE); }

uint32_t usable() noexcept {
    const int now_ours = __atomic_load_n(&ours, __ATOMIC_ACQUIRE);
    Action now{};
    const bool is_in_place =
        now_ours != 0 && real_sigaction(now_ours, nullptr, &now) == 0 && now.sa_sigaction == our_handler;
    return is_in_place ? static_cast<uint32_t>(now_ours) : 0;
}

bool answer(const Action* wanted, Action* before) noexcept {
    const Action asked = wanted == nullptr ? Action{} : *wanted;  // may be the same place as `before`
    if (before != nullptr) *before = believed;
    if (wanted == nullptr) return true;
    if (is_vfork_child()) return !is_function(asked);
    if (is_function(asked)) {
        give_up();
        return false;
    }
    believed = asked;
    return true;
}

}  // namespace prof::own_signal

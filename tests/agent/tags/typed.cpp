// SPDX-License-Identifier: MIT
//
// A program that says what it allocates, in each way that prof.hpp has, and takes a snapshot: typed WAY SNAPSHOT
//
// Side: tests. Built without debug information, as C++17 and C++20, by -fno-rtti -fno-exceptions too. tags.py says what
// must be in the snapshot. What is allocated stays allocated.
#include <prof/prof.hpp>

#include <cstdio>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <new>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

// ---- Classes -------------------------------------------------------------------------------------------------------

struct Unknown;  // never completed

class Session : public prof::tracked<Session> {
   public:
    PROF_FIELDS(Session, user_, next_, owner_, name_, shared_, nothing_, callback_)
    explicit Session(int user) : user_(user) {}
    int user() const { return user_; }

   private:
    int user_;
    const Session* next_ = nullptr;
    Unknown* owner_ = nullptr;
    std::string name_;
    std::shared_ptr<Session> shared_;
    void* nothing_ = nullptr;
    int (*callback_)(Session&) = nullptr;
};
static_assert(prof::has_fields<Session>);

struct Admin : prof::tracked<Admin, Session> {
    explicit Admin(int user) : tracked(user) {}
    virtual ~Admin() = default;  // so that the Session in it begins behind a pointer
    int rights[7] = {};
    PROF_FIELDS(Admin, rights)
};
struct Guest : Session {  // not tracked itself
    explicit Guest(int user) : Session(user) {}
    int visits = 0;
    long since = 0;
};
static_assert(sizeof(Guest) > sizeof(Session) && !prof::has_fields<Guest> && prof::has_fields<Admin>);

namespace shop {
struct Item {
    long id;
    Item* next;
    char code[8];
    Item* near[2];
};
PROF_FIELDS(Item, near, code, next, id)
static_assert(prof::has_fields<Item>);

template <class T>
struct Node {
    PROF_FIELDS(Node, value, next)
    T value;
    Node* next;
};
}  // namespace shop

struct alignas(64) Matrix : prof::tracked<Matrix> {
    double cell[8] = {};
};
struct Buffer : prof::tracked<Buffer> {
    ~Buffer() { bytes[0] = 0; }  // an array of them begins with a count
    char bytes[24] = {};
};
static_assert(sizeof(Buffer) == 24);  // no larger for being tracked

struct Wide {
    int a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24;
    int a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40;
};
PROF_FIELDS(Wide, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22,
            a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40);

namespace {

void* kept[256];
unsigned kept_total = 0;
template <class T>
T* keep(T* pointer) {
    kept[kept_total++] = const_cast<void*>(static_cast<const void*>(pointer));
    return pointer;
}
template <class T, class... Arguments>
T& forever(Arguments&&... arguments) {
    alignas(T) static unsigned char place[sizeof(T)];
    return *new (place) T(std::forward<Arguments>(arguments)...);
}

// ---- Ways ----------------------------------------------------------------------------------------------------------

template <class Key, class Value>
using Pairs = prof::allocator<std::pair<const Key, Value>>;

void containers() {
    auto& items = forever<std::vector<shop::Item, prof::allocator<shop::Item>>>();
    items.resize(5);
    auto& map = forever<std::map<int, shop::Item, std::less<int>, Pairs<int, shop::Item>>>();
    for (int i = 0; i < 3; ++i) map[i] = {};
    auto& list = forever<std::list<Wide, prof::allocator<Wide>>>();
    list.resize(2);
    auto& table = forever<std::unordered_map<int, long, std::hash<int>, std::equal_to<int>, Pairs<int, long>>>();
    for (int i = 0; i < 4; ++i) table[i] = i;
    auto& matrices = forever<std::vector<Matrix, prof::allocator<Matrix>>>();
    matrices.resize(3);
    if (reinterpret_cast<std::uintptr_t>(matrices.data()) % 64 != 0) std::puts("not aligned");
    auto& text = forever<std::basic_string<char, std::char_traits<char>, prof::allocator<char>>>();
    text.assign(100, 'x');
    auto& nodes = forever<std::deque<shop::Node<int>, prof::allocator<shop::Node<int>>>>();
    nodes.push_back({1, nullptr});
    prof::allocator<int> ints;
    if (!(ints == prof::allocator<long>(ints)) || ints != prof::allocator<int>()) std::puts("allocators differ");
}

void classes() {
    keep(new Session(1));
    keep(new (std::nothrow) Session(2));
    keep(new Admin(3));
    keep(new Guest(4));
    keep(new Matrix);
    keep(new (std::nothrow) Matrix);
    keep(new Matrix[2]);
    keep(new Buffer[4]);
    keep(new Buffer);
    alignas(Session) static char place[sizeof(Session)];
    new (place) Session(5);              // allocates nothing
    keep(std::malloc(sizeof(Session)));  // and so this one is no Session
    delete new Session(6);
    delete[] new Buffer[3];
    delete new Matrix;
    delete[] new Matrix[3];
}

void makers() {
    keep(prof::make_unique<shop::Item>().release());
    keep(prof::make_unique<shop::Item[]>(6).release());
    forever<std::shared_ptr<Wide>>(prof::make_shared<Wide>());
#if __cplusplus >= 202002L
    forever<std::shared_ptr<Wide[]>>(prof::make_shared<Wide[]>(3));
#endif
}

void by_hand() {
    prof::next_is<shop::Item>();
    keep(std::calloc(3, sizeof(shop::Item)));
    void* const later = keep(std::malloc(sizeof(Wide)));
    if (!prof::block_is<Wide>(later)) std::puts("not taken");
    if (prof::block_is<Wide>(static_cast<char*>(later) + 16)) std::puts("taken");
    prof::next_is<const shop::Item>();
    void* const grown = std::realloc(std::malloc(sizeof(shop::Item)), 2 * sizeof(shop::Item));
    keep(grown);
}

void scopes() {
    const auto allocate = [](std::size_t bytes) { keep(std::malloc(bytes)); };
    allocate(1001);
    const prof::scope http("http");
    allocate(1002);
    {
        const prof::scope json("json");
        allocate(1003);
        keep(new Session(7));
    }
    {
        const prof::scope sql("sql");
        allocate(1004);
    }
    allocate(1005);
}

#if __has_include(<memory_resource>)
struct Refusing : std::pmr::memory_resource {
    alignas(16) char ready[256];
    void* do_allocate(std::size_t, std::size_t) override { return ready; }
    void do_deallocate(void*, std::size_t, std::size_t) override {}
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }
};

void resources() {
    prof::memory_resource::options wanted;
    wanted.type = "parser's text";
    wanted.domain = "parser";
    auto& parser = forever<prof::memory_resource>(wanted);
    forever<std::pmr::vector<char>>(std::size_t{1001}, &parser);
    wanted = {};
    wanted.domain = "plain";
    auto& plain = forever<prof::memory_resource>(wanted);
    forever<std::pmr::vector<long>>(std::size_t{100}, &plain);
    wanted = {};
    wanted.type = "ready";
    wanted.upstream = &forever<Refusing>();
    forever<std::pmr::vector<short>>(std::size_t{10}, &forever<prof::memory_resource>(wanted));
    keep(std::malloc(64));  // and so this one is not "ready"
}
#endif

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const struct {
        const char* name;
        void (*act)();
    } ways[] = {
        {"containers", containers},
        {"classes", classes},
        {"makers", makers},
        {"by_hand", by_hand},
        {"scopes", scopes},
#if __has_include(<memory_resource>)
        {"resources", resources}
#endif
    };
    for (const auto& way : ways)
        if (std::strcmp(way.name, arguments[1]) == 0) way.act();
    std::puts(prof::take_snapshot(arguments[2]) ? "done" : "no recorder");
    return 0;
}

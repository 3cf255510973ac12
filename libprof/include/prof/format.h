/* SPDX-License-Identifier: MIT
 *
 * The snapshot file: every byte that the agent leaves behind.
 *
 * Side:    the bridge. The agent writes these structs, libprof/heap/read/ reads them, nobody else knows them.
 * Prose:   docs/FORMAT.md gives the same layout as offset tables, with a worked example.
 *
 * A file is a header, then sections of fixed-size elements (columns), then the section table. Every section starts
 * at a multiple of 64, so that a reader maps the file and uses the columns in place. All integers are little-endian.
 * A reader skips sections whose id it does not know; a change that an old reader must not skip raises the major
 * version.
 */
#ifndef PROF_FORMAT_H
#define PROF_FORMAT_H

#include <stdint.h>

#ifdef __cplusplus
#define PROF_FORMAT_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type " is part of the file format")
#else
#define PROF_FORMAT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " is part of the file format")
#endif

/* The first eight bytes. A high byte, a line feed and a DOS end-of-file, as in PNG, so that a transfer that changes
 * text is caught at once. */
#define PROF_MAGIC "\x89HEAP\r\n\x1a"

enum {
    PROF_VERSION_MAJOR = 1,
    PROF_VERSION_MINOR = 5,
    PROF_BYTE_ORDER = 0x01020304,
    PROF_SECTION_ALIGNMENT = 64,
    PROF_MAX_SECTIONS = 64
};

struct prof_header {
    char magic[8];                   /* PROF_MAGIC */
    uint16_t version_major;          /* a reader refuses a larger one */
    uint16_t version_minor;          /* a reader accepts any */
    uint32_t header_bytes;           /* sizeof(struct prof_header) */
    uint32_t byte_order;             /* PROF_BYTE_ORDER as the writer stores it */
    uint16_t machine;                /* ELF e_machine: 62 is x86-64, 183 is aarch64 */
    uint16_t word_bytes;             /* bytes of a pointer: 8 */
    uint64_t file_bytes;             /* length of the whole file; a shorter one was truncated */
    uint32_t section_count;          /* at most PROF_MAX_SECTIONS */
    uint32_t section_entry_bytes;    /* sizeof(struct prof_section) */
    uint64_t section_table_offset;   /* from the start of the file */
    uint64_t section_table_checksum; /* prof_checksum of the table */
    uint64_t reserved[8];            /* zero */
    uint64_t header_checksum;        /* prof_checksum of the 120 bytes before it */
};
PROF_FORMAT_SIZE(struct prof_header, 128);

enum prof_section_id {
    PROF_SECTION_PROCESS = 1,          /* one prof_process */
    PROF_SECTION_STRINGS = 2,          /* bytes; NUL-terminated strings, named by offset; offset 0 is "" */
    PROF_SECTION_MODULES = 3,          /* prof_module */
    PROF_SECTION_MAPS = 4,             /* prof_map, by address */
    PROF_SECTION_THREADS = 5,          /* prof_thread */
    PROF_SECTION_TIMELINE = 6,         /* prof_tick; a birth tick is an index of this column */
    PROF_SECTION_NODE_PC = 7,          /* uint64_t: generation << 48 | return address; node 0 is the empty stack */
    PROF_SECTION_NODE_PARENT = 8,      /* uint32_t: the caller's node, always smaller than the node itself */
    PROF_SECTION_STACKS = 9,           /* prof_stack; stack 0 is "unknown" */
    PROF_SECTION_BLOCK_ADDRESS = 10,   /* uint64_t, ascending */
    PROF_SECTION_BLOCK_SIZE = 11,      /* uint64_t: requested bytes in the low 48 bits, thread slot above */
    PROF_SECTION_BLOCK_STACK = 12,     /* uint32_t: index of PROF_SECTION_STACKS */
    PROF_SECTION_BLOCK_BIRTH = 13,     /* uint32_t: index of PROF_SECTION_TIMELINE */
    PROF_SECTION_BLOCK_SLACK = 14,     /* uint32_t: usable minus requested bytes, saturating */
    PROF_SECTION_BLOCK_WORDS_END = 15, /* uint32_t: words of blocks 0..i; block i's begin where block i-1's end */
    PROF_SECTION_WORD_SLOT = 16,       /* uint32_t: prof_word_kind in the low 4 bits, word index in the block above */
    PROF_SECTION_WORD_VALUE = 17,      /* uint32_t: see prof_word_kind */
    PROF_SECTION_WORD_TARGETS = 18,    /* uint64_t: distinct addresses outside blocks that words point to */
    PROF_SECTION_ROOTS = 19,           /* prof_root; their words follow those of the blocks */
    PROF_SECTION_LOSSES = 20,          /* uint64_t for each prof_loss */
    PROF_SECTION_THREAD_STORAGE = 21,  /* prof_thread_storage, since 1.2 */
    PROF_SECTION_POOLS = 22,           /* prof_pool, by address, since 1.3 */
    PROF_SECTION_DECLARED_TYPES = 23,  /* prof_declared_type, since 1.4; element 0 is "no type" */
    PROF_SECTION_DECLARED_FIELDS = 24, /* prof_declared_field, since 1.4 */
    PROF_SECTION_PAGE_RANGES = 30,     /* prof_page_range, by address, since 1.3 */
    PROF_SECTION_PAGE_STATES = 31,     /* uint8_t: prof_page_state of four pages, the first in the low bits; 1.3 */
    /* Room left on purpose: */
    PROF_SECTION_BLOCK_WEIGHT = 32,      /* uint32_t, since 1.5: of a sample, what a block counts for: prof_process */
    PROF_SECTION_DOMAINS = 33,           /* prof_domain, since 1.4; element 0 is "no domain" */
    PROF_SECTION_BLOCK_HASH = 34,        /* uint64_t: keyed hash of each block's contents, or a prof_hash; since 1.3 */
    PROF_SECTION_CONTENTS = 35,          /* bytes of blocks */
    PROF_SECTION_PYTHON = 36,            /* one prof_python, since 1.5 */
    PROF_SECTION_PYTHON_TYPES = 37,      /* prof_python_type, since 1.5; element 0 is "unknown" */
    PROF_SECTION_PYTHON_OBJECTS = 38,    /* prof_python_object, since 1.5 */
    PROF_SECTION_PYTHON_REFERENCES = 39, /* prof_python_reference, since 1.5: of objects, then of roots */
    PROF_SECTION_PYTHON_ROOTS = 40       /* prof_python_root, since 1.5 */
};

struct prof_section {
    uint32_t id;            /* prof_section_id */
    uint32_t element_bytes; /* size of one element as this file has it; may be larger than the reader knows */
    uint64_t offset;        /* from the start of the file, a multiple of PROF_SECTION_ALIGNMENT */
    uint64_t element_count; /* the section is element_bytes * element_count long */
    uint64_t checksum;      /* prof_checksum of the section's bytes */
    uint32_t encoding;      /* 0: as it is. No other is written today */
    uint32_t reserved;      /* zero */
};
PROF_FORMAT_SIZE(struct prof_section, 40);

/* Why the snapshot was taken. */
enum prof_reason {
    PROF_REASON_API = 0,      /* prof_take_snapshot() */
    PROF_REASON_EXIT = 1,     /* the program ended */
    PROF_REASON_REQUEST = 2,  /* heapkit snapshot PID */
    PROF_REASON_SIGNAL = 3,   /* the snapshot signal, without a request */
    PROF_REASON_INTERVAL = 4, /* time: the option interval */
    PROF_REASON_GROWTH = 5,   /* so much more was live than at the snapshot before */
    PROF_REASON_PEAK = 6,     /* a new peak */
    PROF_REASON_SUDDEN = 7 /* since 1.2: the process is dead, and heapkit run wrote down what it had shared: stacks and
                              their counters, without blocks, threads and maps */
};

enum prof_contents {
    PROF_CONTENTS_NONE = 0, /* blocks and stacks alone: no words, no roots */
    PROF_CONTENTS_WORDS = 1 /* pointers, and small integers in a block's first 128 bytes; no text */
};

struct prof_process {
    uint64_t run_id; /* differs between two processes; equal in all snapshots of one */
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t snapshot_number;  /* 1, 2, …; the N of PROGRAM.PID.N.heap */
    uint32_t reason;           /* prof_reason */
    uint64_t start_unix_ns;    /* when recording began */
    uint64_t snapshot_unix_ns; /* when the process was frozen */
    uint64_t elapsed_ns;       /* between the two, by the monotonic clock */
    uint64_t pause_ns;         /* how long the program stood still */
    uint64_t live_bytes;       /* requested bytes of all live blocks */
    uint64_t live_blocks;
    uint64_t peak_bytes;       /* the highest live_bytes so far */
    uint64_t peak_blocks;      /* the number of blocks at that moment */
    uint64_t peak_error_bytes; /* 0 when exact; otherwise peak_bytes may be this much too low */
    uint64_t allocated_bytes;  /* ever */
    uint64_t allocated_blocks;
    uint64_t temporary_blocks; /* freed as the next thing that their thread did */
    uint64_t own_bytes;        /* memory that the agent took for itself */
    uint32_t program;          /* string: name of the program */
    uint32_t executable;       /* string: path of its file */
    uint32_t agent_version;    /* string */
    uint32_t libc_version;     /* string: what gnu_get_libc_version() says */
    uint32_t contents;         /* prof_contents */
    uint32_t page_bytes;
    uint32_t thread_count;     /* alive at the snapshot */
    uint32_t current_tick;     /* the tick that the snapshot itself made: blocks with birth >= it are newer */
    uint64_t live_error_bytes; /* since 1.2, of PROF_REASON_SUDDEN: live_bytes may be wrong by so much, either way */
    uint32_t end_signal;       /* the same: the signal that killed the process, 0 when unknown */
    uint32_t reserved_word;    /* zero */
    uint64_t sample_bytes;     /* since 1.5: 0, or the blocks here are a sample, see below */
    uint64_t reserved[5];      /* zero */
};
PROF_FORMAT_SIZE(struct prof_process, 224);

/* Of a sample, only blocks are here on which a point of a Poisson process fell that has one in sample_bytes requested
 * bytes on average: a block of `size` bytes (of no bytes: one) with the probability p = 1 - exp(-size / sample_bytes).
 * It stands for 1/p blocks and size/p bytes. PROF_SECTION_BLOCK_WEIGHT has 1/p, rounded up or down at random so that
 * its mean is 1/p. All else that counts blocks or bytes is an estimate of all blocks, made of such sums: the totals of
 * prof_process, of prof_stack and of prof_tick. Lifetimes alone are of blocks in the sample. There are no words but
 * pointers to modules, no roots, no pools and no pages. */

enum { PROF_BUILD_ID_BYTES = 32, PROF_GENERATION_ALIVE = 0xffff, PROF_GENERATION_TAG = 0xfffe };

/* A loaded ELF file. A program counter of generation g belongs to the module whose range holds it and whose
 * first_generation <= g <= last_generation: the same address may belong to two modules, one after the other. */
struct prof_module {
    uint64_t bias;  /* what is added to an ELF virtual address */
    uint64_t start; /* first mapped address */
    uint64_t end;   /* one past the last */
    uint32_t path;  /* string; "" for the vdso */
    uint16_t first_generation;
    uint16_t last_generation; /* PROF_GENERATION_ALIVE while loaded */
    uint32_t flags;           /* prof_module_flag */
    uint32_t build_id_bytes;  /* 0 when the module has none */
    uint8_t build_id[PROF_BUILD_ID_BYTES];
    uint64_t tls_module; /* dynamic linker's TLS module id, 0 for none */
};
PROF_FORMAT_SIZE(struct prof_module, 80);

enum prof_module_flag { PROF_MODULE_EXECUTABLE = 1, PROF_MODULE_VDSO = 2, PROF_MODULE_AGENT = 4 };

struct prof_map {
    uint64_t start;
    uint64_t end;
    uint64_t file_offset;
    uint32_t path;        /* string: as /proc/PID/maps has it */
    uint32_t permissions; /* 1 read, 2 write, 4 execute, 8 shared */
};
PROF_FORMAT_SIZE(struct prof_map, 32);

enum { PROF_THREAD_ALIVE = 1, PROF_THREAD_REGISTERS_KNOWN = 2, PROF_THREAD_MAIN = 4, PROF_THREAD_SNAPSHOTTER = 8 };

/* Threads that allocated, and those alive. A slot is used again after its thread has ended: block b of slot s
 * belongs to the thread of that slot with first_tick <= birth(b) <= last_tick. */
struct prof_thread {
    uint32_t tid;
    uint16_t slot;  /* as in PROF_SECTION_BLOCK_SIZE; 0: never allocated or unknown */
    uint16_t flags; /* PROF_THREAD_… */
    uint32_t first_tick;
    uint32_t last_tick;     /* UINT32_MAX while alive */
    uint64_t stack_pointer; /* 0 when unknown */
    uint64_t stack_start;   /* mapping that holds the stack, 0 when unknown */
    uint64_t stack_end;
    char name[16]; /* NUL-terminated */
    /* Since 1.1: of the instruction that the thread would have run next, not a return address; 0 when unknown. With
     * stack_pointer, the words of its registers and those of its stack, an unwinder outside can name each frame. A
     * thread that waits in the kernel stands behind its system call; the one that took the snapshot, inside libprof. */
    uint64_t program_counter;
};
PROF_FORMAT_SIZE(struct prof_thread, 64);
enum { PROF_THREAD_BYTES_1_0 = 56 }; /* as version 1.0 had it */

/* Since 1.2: where a module's thread-local variables lie for a thread. A variable at offset o of the module's TLS
 * segment is at address + o. Threads that never touched a module which came by dlopen have no row for it. */
struct prof_thread_storage {
    uint32_t thread; /* index of PROF_SECTION_THREADS */
    uint32_t module; /* index of PROF_SECTION_MODULES */
    uint64_t address;
    uint64_t bytes; /* of the segment */
};
PROF_FORMAT_SIZE(struct prof_thread_storage, 24);

/* Since 1.3: memory of the allocator, live blocks and what it keeps for later, page by page. */
struct prof_page_range {
    uint64_t start; /* a multiple of prof_process.page_bytes */
    uint64_t page_count;
    uint64_t states_begin; /* index of PROF_SECTION_PAGE_STATES: its first page is in the low bits of that byte */
};
PROF_FORMAT_SIZE(struct prof_page_range, 24);

/* As /proc/PID/pagemap had it. A huge page is 512 pages of one state. */
enum prof_page_state {
    PROF_PAGE_ABSENT = 0,   /* never touched, or given back to the kernel since */
    PROF_PAGE_RESIDENT = 1, /* in memory. Also one that was read and never written: the kernel's page of zeros */
    PROF_PAGE_SWAPPED = 2,
    PROF_PAGE_UNKNOWN = 3 /* the kernel did not say */
};
enum { PROF_PAGE_STATE_BITS = 2 };

/* Values of PROF_SECTION_BLOCK_HASH that are no hash. */
enum prof_hash {
    PROF_HASH_NONE = 0, /* a block of no bytes, one that could not be read, or time was up */
    PROF_HASH_ZEROS = 1 /* all its requested bytes are zero */
};

/* Since 1.3: a block of the allocator in which the program itself hands out others, as it said (prof_block_allocated).
 * Those are blocks like all others. What is left of it is one, too, whose row begins at its first bytes that are not
 * handed out, a multiple of 8, and has the size of these up to the next block: so blocks never overlap. Of that row,
 * slack is the rest up to the end of what the allocator gave. Its words are those of all its own bytes, but for what
 * was handed out and given back. A pointer into any of them is an INTERIOR of that row. */
struct prof_pool {
    uint64_t address;     /* as the allocator gave it */
    uint64_t bytes;       /* requested */
    uint64_t own_bytes;   /* of them, not handed out */
    uint32_t first_block; /* rows first_block to end_block - 1 lie in it: what is handed out, and what is left of it */
    uint32_t end_block;
    uint32_t block; /* which of these is what is left of it; PROF_POOL_NO_BLOCK when nothing is */
    uint32_t slack; /* usable minus requested bytes, saturating */
};
PROF_FORMAT_SIZE(struct prof_pool, 40);
#define PROF_POOL_NO_BLOCK UINT32_MAX

/* What a program said of its own types (prof.h), and where it was while it allocated. Stacks carry both: a block that
 * was allocated as a declared type, or within a domain, has a stack whose innermost frame is a tag,
 *
 *   PROF_GENERATION_TAG << 48 | domain << PROF_TAG_DOMAIN_SHIFT | type
 *
 * whose parent is the frame that called malloc. Either part may be 0. Only leaves are tags. */
enum { PROF_TAG_DOMAIN_SHIFT = 24 };
#define PROF_TAG_TYPE_MASK UINT64_C(0xffffff)

enum prof_declared_flag {
    PROF_DECLARED_MANGLED = 1, /* the type's name is mangled, as typeid(T).name() has it */
    PROF_DECLARED_POINTER = 2  /* of a field: it points to what is named; otherwise it is one */
};

struct prof_declared_type {
    uint64_t bytes;        /* of one; a block of several is an array */
    uint32_t name;         /* string */
    uint32_t flags;        /* prof_declared_flag */
    uint32_t fields_begin; /* fields_begin to fields_end - 1 of PROF_SECTION_DECLARED_FIELDS, ascending by offset */
    uint32_t fields_end;
    uint64_t reserved; /* zero */
};
PROF_FORMAT_SIZE(struct prof_declared_type, 32);

struct prof_declared_field {
    uint64_t offset; /* from the object's start */
    uint64_t bytes;
    uint32_t name;  /* string */
    uint32_t type;  /* string: name of its type, or of what it points to; "" when unknown */
    uint32_t flags; /* prof_declared_flag */
    uint32_t reserved;
};
PROF_FORMAT_SIZE(struct prof_declared_field, 32);

struct prof_domain {
    uint32_t name;   /* string */
    uint32_t parent; /* the domain around it, always smaller than its own index; 0: none */
};
PROF_FORMAT_SIZE(struct prof_domain, 8);

/* Since 1.5: the objects of a CPython interpreter that lives in the process, as its own collector sees them: what it
 * tracks, and what can be reached from there by tp_traverse. docs/python.md says how they are read. */
enum prof_python_state {
    PROF_PYTHON_READ = 0,        /* its objects are here */
    PROF_PYTHON_NOT_STARTED = 1, /* Py_IsInitialized() says no: not yet, or no more */
    PROF_PYTHON_VERSION = 2,     /* of a version whose layouts are not known */
    PROF_PYTHON_BUILD = 3,       /* its objects begin with more than a count and a type: free-threaded, Py_TRACE_REFS */
    PROF_PYTHON_NO_COLLECTOR = 4 /* the collector's lists were not found, or led astray */
};
enum prof_python_flag {
    PROF_PYTHON_COLLECTING = 1,      /* in the middle of a collection: what that had put aside may be missing */
    PROF_PYTHON_CUT = 2,             /* time or memory ran out: some objects have no references */
    PROF_PYTHON_SUBINTERPRETERS = 4, /* there are several interpreters; only the main one's objects are here */
    PROF_PYTHON_POOLS_RECORDED = 8,  /* blocks of pymalloc were recorded as they were allocated */
    PROF_PYTHON_FINALIZING = 16      /* it was shutting down: modules may be empty already */
};
struct prof_python {
    uint32_t state;           /* prof_python_state */
    uint32_t flags;           /* prof_python_flag */
    uint32_t version;         /* PY_VERSION_HEX; 0 when unknown */
    uint32_t version_text;    /* string: "3.11.2" */
    uint64_t read_ns;         /* that reading them took, in the copy of the process */
    uint64_t damaged_objects; /* whose references could not be read: they led to memory that is not there */
    uint64_t reserved[4];     /* zero */
};
PROF_FORMAT_SIZE(struct prof_python, 64);

struct prof_python_type {
    uint32_t name;   /* string: the qualified name, "Outer.Inner" */
    uint32_t module; /* string: "collections"; "builtins" for what is built in */
    uint32_t object; /* the class itself: index of PROF_SECTION_PYTHON_OBJECTS, or PROF_PYTHON_NONE */
    uint32_t flags;  /* prof_python_type_flag */
};
PROF_FORMAT_SIZE(struct prof_python_type, 16);
enum prof_python_type_flag {
    PROF_PYTHON_IS_DICT = 1, /* it is dict, or derived from it */
    PROF_PYTHON_IS_LIST = 2,
    PROF_PYTHON_IS_TUPLE = 4,
    PROF_PYTHON_IS_STATIC = 8 /* of C, and no block: what its objects point to is theirs alone */
};
#define PROF_PYTHON_NONE UINT32_MAX

enum prof_python_object_flag {
    PROF_PYTHON_TRACKED = 1, /* the collector tracks it: gc.get_objects() has it */
    PROF_PYTHON_DAMAGED = 2, /* its references could not be read */
    PROF_PYTHON_CLASS = 4    /* it is a class itself */
};
struct prof_python_object {
    uint64_t address;         /* of the PyObject: what id() says */
    uint32_t type;            /* index of PROF_SECTION_PYTHON_TYPES */
    uint32_t block;           /* in which it lies: index of the block columns; PROF_PYTHON_NONE: in none */
    uint32_t reference_count; /* saturating; that of an immortal object is meaningless */
    uint32_t flags;           /* prof_python_object_flag */
    uint32_t references_end;  /* references of objects 0..i; object i's begin where those of object i-1 end */
    uint32_t text;            /* string: what a function, a class or a module is called; "" of others */
};
PROF_FORMAT_SIZE(struct prof_python_object, 32);

enum prof_python_name_kind {
    PROF_PYTHON_UNNAMED = 0,
    PROF_PYTHON_ATTRIBUTE = 1,  /* string: an attribute, or what Python calls a slot of C: "__closure__" */
    PROF_PYTHON_KEY = 2,        /* string: the value of a dict's key that is an identifier; 0: of one that is not */
    PROF_PYTHON_NUMBER = 3,     /* number: the value of a dict's key that is a small int */
    PROF_PYTHON_INDEX = 4,      /* number: an element of a list, tuple or deque */
    PROF_PYTHON_CELL = 5,       /* string: the variable that a function's closure keeps in this cell */
    PROF_PYTHON_KEY_ITSELF = 6, /* a key of a dict */
    PROF_PYTHON_VARIABLE = 7    /* string: of a root: a global of the module, a local of the frame */
};
enum { PROF_PYTHON_NAME_BITS = 4 };
struct prof_python_reference {
    uint32_t to;   /* index of PROF_SECTION_PYTHON_OBJECTS */
    uint32_t name; /* prof_python_name_kind in the low 4 bits; string or number above them */
};
PROF_FORMAT_SIZE(struct prof_python_reference, 8);

enum prof_python_root_kind {
    PROF_PYTHON_MODULE = 1,     /* of sys.modules: its globals */
    PROF_PYTHON_FRAME = 2,      /* a function that runs: its variables, and what it has on its stack of values */
    PROF_PYTHON_INTERPRETER = 3 /* what the interpreter keeps for itself: sys.modules, builtins, codecs */
};
struct prof_python_root {
    uint32_t kind;             /* prof_python_root_kind */
    uint32_t name;             /* string: of the module, of the function */
    uint32_t file;             /* string */
    uint32_t line;             /* that runs; 0: unknown */
    uint32_t thread;           /* of a frame: index of PROF_SECTION_THREADS, or PROF_PYTHON_NONE */
    uint32_t depth;            /* of a frame: how many are further in on this thread */
    uint64_t references_begin; /* index of PROF_SECTION_PYTHON_REFERENCES */
    uint64_t references_end;
};
PROF_FORMAT_SIZE(struct prof_python_root, 40);

struct prof_tick {
    uint64_t elapsed_ns; /* since recording began */
    uint64_t live_bytes;
    uint32_t live_blocks; /* saturating */
    uint32_t snapshots;   /* how many snapshots had begun */
};
PROF_FORMAT_SIZE(struct prof_tick, 24);

enum { PROF_LIFETIME_BUCKETS = 8 };
/* Upper bounds of the lifetime buckets in milliseconds; the last has none. */
#define PROF_LIFETIME_BOUNDS_MS \
    { 10, 100, 1000, 10000, 60000, 600000, 3600000 }

enum { PROF_STACK_INCOMPLETE = 1, PROF_STACK_TRUNCATED = 2 };

/* What one call stack did, whether or not any of its blocks still live. */
struct prof_stack {
    uint32_t node;  /* innermost frame: index of PROF_SECTION_NODE_PC */
    uint32_t flags; /* PROF_STACK_…: the outermost frames are missing */
    uint64_t allocated_bytes;
    uint64_t allocated_blocks;
    uint64_t freed_bytes;
    uint64_t freed_blocks;
    uint64_t peak_bytes;  /* its live bytes when the whole process was at its peak */
    uint32_t peak_blocks; /* saturating, like those below */
    uint32_t temporary_blocks;
    uint16_t lifetimes[PROF_LIFETIME_BUCKETS]; /* freed blocks by age, saturating */
};
PROF_FORMAT_SIZE(struct prof_stack, 72);

/* A word that was kept. Words are in ascending order of their index; words that are not here were something else:
 * zero, text, or a large integer. A word is tried as a pointer first: in a program at a fixed address the heap may lie
 * below 2^32. Integers (kinds INTEGER to FLAGS) are kept in a block's first 128 bytes and in the 128 bytes behind any
 * kept pointer word: docs/decisions/0002-snapshot-words.md has the measurements. */
enum prof_word_kind {
    PROF_WORD_BLOCK = 0,        /* points at the start of block `value` */
    PROF_WORD_INTERIOR = 1,     /* points into block `value`; an EXTRA follows with the offset in bytes */
    PROF_WORD_END = 2,          /* points one past the requested bytes of block `value` (and at no block's start) */
    PROF_WORD_SELF = 3,         /* points into its own block, or one past its end: value is the offset in bytes */
    PROF_WORD_MODULE = 4,       /* points into a module: PROF_SECTION_WORD_TARGETS[value] */
    PROF_WORD_STACK = 5,        /* points into a thread's stack: PROF_SECTION_WORD_TARGETS[value] */
    PROF_WORD_INTEGER = 8,      /* an unsigned integer below 2^32 other than zero */
    PROF_WORD_PAIR = 9,         /* two unsigned 32-bit integers below 2^16, the high one not zero:
                                   value = high << 16 | low, both below 2^16 */
    PROF_WORD_SIGNED_PAIR = 10, /* two 32-bit integers that fit 16 bits with their sign, at least one negative */
    PROF_WORD_FLAGS = 11,       /* any other word whose bytes 0 and 4 are both below 16, not both zero:
                                   value = byte 4 << 8 | byte 0. The rest of the word was not kept */
    PROF_WORD_EXTRA = 15        /* `value`, plus its own index field << 32, belongs to the entry before it */
};
enum { PROF_WORD_KIND_BITS = 4, PROF_WORD_INDEX_BITS = 28, PROF_INTEGER_WINDOW_BYTES = 128 };

enum prof_root_kind {
    PROF_ROOT_GLOBALS = 1,   /* owner: module index */
    PROF_ROOT_STACK = 2,     /* owner: thread index */
    PROF_ROOT_REGISTERS = 3, /* owner: thread index; word i is register i in DWARF's numbering */
    PROF_ROOT_TLS = 4,       /* owner: thread index. Since 1.2 also the blocks that hold what libraries which came by
                                dlopen keep for a thread: those words are a block's, too */
    PROF_ROOT_IN_FLIGHT = 5, /* owner: thread index; blocks being reallocated */
    PROF_ROOT_DECLARED = 6,  /* owner: string, the name that the program gave */
    PROF_ROOT_MAPPING = 7    /* owner: map index; memory that the program took from mmap itself */
};

/* An area of memory that the program can reach without a pointer from a block. Kept of it: pointers to blocks, and
 * whatever a block would keep within 64 bytes of such a pointer. Of stacks and registers also, since 1.1, each pointer
 * to a module or to a stack: return addresses and saved frame pointers. */
struct prof_root {
    uint32_t kind; /* prof_root_kind */
    uint32_t owner;
    uint64_t address; /* of word 0 */
    uint64_t bytes;
    uint64_t words_begin; /* index of PROF_SECTION_WORD_SLOT */
    uint64_t words_end;
};
PROF_FORMAT_SIZE(struct prof_root, 40);

/* What is missing from a snapshot, and why. Counts; bytes where the name says so. */
enum prof_loss {
    PROF_LOSS_REENTRANT = 0,        /* allocations inside a hook of ours: a signal handler interrupted it */
    PROF_LOSS_NO_MEMORY = 1,        /* records dropped because the kernel gave no memory */
    PROF_LOSS_TABLE_FULL = 2,       /* records dropped because a table reached its bound */
    PROF_LOSS_STACK_INCOMPLETE = 3, /* blocks whose stack could not be walked to its end */
    PROF_LOSS_STACK_TRUNCATED = 4,  /* blocks whose stack was deeper than the bound */
    PROF_LOSS_IMPLICIT_FREE = 5,    /* blocks replaced by another at their address, their free not seen */
    PROF_LOSS_THREAD_SLOTS = 6,     /* allocations by threads beyond the last slot */
    PROF_LOSS_UNREADABLE_BYTES = 7, /* memory that the snapshot could not read */
    PROF_LOSS_WORDS = 8,            /* words dropped because their column was full */
    PROF_LOSS_DEADLINE_BLOCKS = 9,  /* blocks without words because the snapshot ran out of time */
    PROF_LOSS_EARLY_BLOCKS = 10,    /* allocations before the agent was awake */
    PROF_LOSS_UNKNOWN_FREE = 11,    /* frees of blocks that we never saw: allocated before us, or lost */
    PROF_LOSS_THREADS_RAN = 12,     /* threads that ran while the process was copied: it is not one instant */
    PROF_LOSS_THREAD_HISTORY = 13,  /* threads that ended and are not listed */
    PROF_LOSS_COUNTER_UPDATES = 14, /* counts that may be missing from a stack or a total, one each: a second thread
                                       appeared without libc's knowledge while the first one counted */
    PROF_LOSS_OTHER_ALLOCATOR = 15, /* 1 when the program's malloc is not ours: what it allocates is not recorded */
    PROF_LOSS_REPORTS = 16,         /* what the program said of its own blocks and could not be so: see prof.h */
    PROF_LOSS_COUNT = 17
};

/* A 64-bit checksum against accidents, not against an adversary: four lanes of multiply and xor-shift over 32-byte
 * stripes, so that it runs at memory speed. A partial stripe is padded with zeros and the length is mixed in last.
 * Written so that a column can be summed while it is written: begin, update with multiples of 32 bytes, end. */
struct prof_checksum_state {
    uint64_t lane[4];
    uint64_t bytes;
};

#define PROF_CHECKSUM_PRIME UINT64_C(0x9e3779b97f4a7c15)

static inline void prof_checksum_begin(struct prof_checksum_state* state) {
    for (int i = 0; i < 4; ++i) state->lane[i] = PROF_CHECKSUM_PRIME * (uint64_t)(i + 1);
    state->bytes = 0;
}

/* `bytes` is a multiple of 32 except in the last call. */
static inline void prof_checksum_update(struct prof_checksum_state* state, const void* data, uint64_t bytes) {
    const unsigned char* from = (const unsigned char*)data;
    for (uint64_t done = 0; done < bytes; done += 32) {
        uint64_t stripe[4] = {0, 0, 0, 0};
        uint64_t left = bytes - done;
        __builtin_memcpy(stripe, from + done, left < 32 ? left : 32);
        for (int i = 0; i < 4; ++i) {
            uint64_t mixed = (state->lane[i] ^ stripe[i]) * PROF_CHECKSUM_PRIME;
            state->lane[i] = mixed ^ (mixed >> 32);
        }
    }
    state->bytes += bytes;
}

static inline uint64_t prof_checksum_end(const struct prof_checksum_state* state) {
    uint64_t sum = state->bytes;
    for (int i = 0; i < 4; ++i) {
        sum = (sum ^ state->lane[i]) * PROF_CHECKSUM_PRIME;
        sum ^= sum >> 29;
    }
    return sum;
}

static inline uint64_t prof_checksum(const void* data, uint64_t bytes) {
    struct prof_checksum_state state;
    prof_checksum_begin(&state);
    prof_checksum_update(&state, data, bytes);
    return prof_checksum_end(&state);
}

#endif /* PROF_FORMAT_H */

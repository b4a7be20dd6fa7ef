"""Each of our files includes what it says of the standard library and of Boost.JSON, itself or by headers of ours.

    python3 cmake/check_includes.py

The prelude (cmake/prelude.cmake) would hide what is missing from a compiler. A name that stands in no row below is a
fault too: it wants one.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "include")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
UNSAID = re.compile(r"""R"\((?:.|\n)*?\)"|'(?:\\.|[^'\\\n])'|"(?:\\.|[^"\\\n])*"|//[^\n]*""")  # texts and comments
NAME = re.compile(r"\bstd::((?:chrono|filesystem|ranges|this_thread)\b|\w+)|\b(json)::")

EVERYWHERE = set("int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t ptrdiff_t size_t".split())
HEADERS = {
    "algorithm": "adjacent_find all_of any_of clamp copy_n count_if equal find find_if lower_bound max min"
    " none_of ranges remove_if sort transform unique",
    "array": "array to_array",
    "atomic": "atomic memory_order_relaxed",
    "boost/json": "json",
    "cctype": "isalnum toupper",
    "charconv": "chars_format from_chars to_chars",
    "chrono": "chrono",
    "cmath": "abs isfinite isnan trunc",
    "compare": "partial_ordering",
    "concepts": "integral same_as",
    "condition_variable": "condition_variable",
    "csignal": "signal",
    "cstddef": "byte to_integer",
    "cstdio": "snprintf",
    "cstdlib": "getenv",
    "cstring": "memchr memcpy",
    "deque": "deque",
    "exception": "current_exception exception exception_ptr make_exception_ptr rethrow_exception",
    "filesystem": "filesystem",
    "fstream": "ifstream",
    "functional": "function greater hash less",
    "future": "future promise",
    "initializer_list": "initializer_list",
    "ios": "ios streamsize",
    "iostream": "cerr cout",
    "iterator": "back_inserter end inserter istreambuf_iterator make_move_iterator next",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map",
    "memory": "addressof enable_shared_from_this make_shared make_unique shared_ptr unique_ptr weak_ptr",
    "mutex": "call_once lock_guard mutex once_flag scoped_lock unique_lock",
    "new": "bad_alloc",
    "numeric": "reduce",
    "optional": "nullopt optional",
    "ostream": "flush ostream",
    "queue": "priority_queue",
    "set": "multiset set",
    "shared_mutex": "shared_lock shared_mutex",
    "span": "as_bytes as_writable_bytes span",
    "sstream": "ostringstream",
    "stdexcept": "invalid_argument length_error logic_error runtime_error",
    "string": "string to_string u32string",
    "string_view": "string_view u32string_view",
    "system_error": "errc error_code generic_category system_error",
    "thread": "this_thread thread",
    "tuple": "tie tuple",
    "type_traits": "decay_t invoke_result_t is_invocable_v is_same_v is_void_v remove_cvref_t remove_reference_t",
    "unordered_map": "unordered_map unordered_multimap",
    "unordered_set": "unordered_set",
    "utility": "cmp_greater cmp_less cmp_not_equal exchange get in_place_type in_place_type_t in_range move pair swap",
    "variant": "get_if holds_alternative monostate variant visit",
    "vector": "erase_if vector",
}
# Names that several headers have.
OTHERS = {
    "end": ("array", "map", "set", "span", "string", "string_view", "vector"),
    "errc": ("charconv",),
    "erase_if": ("deque", "list", "map", "set", "string", "unordered_map", "unordered_set"),
    "flush": ("iostream",),
    "get": ("array", "tuple", "variant"),
    "hash": ("memory", "optional", "string", "string_view", "system_error", "thread", "variant"),
    "ios": ("fstream", "iostream", "sstream"),
    "less": ("map", "set"),
    "ostream": ("iostream", "sstream"),
    "streamsize": ("fstream", "iostream", "sstream"),
}
OWNERS = {name: (header, *OTHERS.get(name, ())) for header, names in HEADERS.items() for name in names.split()}


class Files:
    def __init__(self):
        self.texts, self.reaches = {}, {}

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = path.read_text()
        return self.texts[path]

    def find(self, name, beside):
        for folder in (beside, *(ROOT / each for each in FOLDERS)):
            if (folder / name).is_file():
                return folder / name
        return None

    def reach(self, path):
        """The foreign headers that the file includes, itself or by headers of ours."""
        if path not in self.reaches:
            self.reaches[path] = found = set()
            for name in INCLUDE.findall(self.text(path)):
                ours = self.find(name, path.parent)
                found.update(self.reach(ours) if ours else {"boost/json" if name.startswith("boost/json") else name})
        return self.reaches[path]


def faults(files, path):
    reach = files.reach(path)
    said = {of_std or of_boost for of_std, of_boost in NAME.findall(UNSAID.sub(" ", files.text(path)))}
    for name in sorted(said - EVERYWHERE):
        if name not in OWNERS:
            yield f"whose is std::{name}? See cmake/check_includes.py"
        elif not reach.intersection(OWNERS[name]):
            yield f"{name} wants #include <{OWNERS[name][0]}>"


def main():
    files, count = Files(), 0
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.?pp")):
            for fault in faults(files, path):
                count += 1
                print(f"{path.relative_to(ROOT)}: {fault}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())

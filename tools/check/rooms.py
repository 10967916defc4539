#!/usr/bin/env python3
"""The graph of rooms and files: who includes and calls whom, no circle of files that is not known, and
no call past the headers that a room may see.

With --print: the rooms, their arrows, those that run against the order of layers.py's table, and every
circle.
"""
import os
import re
import sys

import layers
import tree

# Circles of files that stay, each by its files, with its reason.
CIRCLES = {
}

DEFINED = re.compile(r"^(?!static\b)[A-Za-z_][^;{}#=]*?\b(skr_\w+)\([^;{}]*\)\n\{", re.M)
WORD = re.compile(r"\bskr_\w+")


def sources(files):
    return [n for n in files.ending(".c") if n.split("/")[0] in tree.FLOORS]


def calls(files):
    """By source file: the source files whose functions it names."""
    code = {n: tree.code_only(files.text(n) or "") for n in sources(files)}
    home = {}
    for name, text in code.items():
        for function in DEFINED.findall(text):
            home[function] = name
    return {name: sorted({home[w] for w in WORD.findall(text) if w in home} - {name})
            for name, text in code.items()}


def circles(graph):
    """Strongly connected parts of more than one file (Tarjan), each sorted."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = [stack.pop()]
            while part[-1] != node:
                part.append(stack.pop())
            if len(part) > 1:
                found.append(tuple(sorted(part)))

    sys.setrecursionlimit(10000)
    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(found)


def declared_in(files, rooms):
    """The functions that headers of these rooms name."""
    text = "".join(tree.code_only(files.text(n) or "") for n in files.ending(".h")
                   if os.path.dirname(n) in rooms)
    return set(WORD.findall(text))


def check_calls(files, graph):
    """A call of a function of another room that no header declares, which that room may include."""
    homes = {}
    for name in sources(files):
        for function in DEFINED.findall(tree.code_only(files.text(name) or "")):
            homes[function] = name
    declared = {}
    for name in graph:
        room = os.path.dirname(name)
        if room not in layers.ROOMS:
            continue
        if room not in declared:
            still = {os.path.dirname(path) for mine, path in layers.STILL if mine == room}
            declared[room] = declared_in(files, {room, *layers.ROOMS[room][1]} | still)
        for word in sorted(set(WORD.findall(tree.code_only(files.text(name) or "")))):
            home = homes.get(word, name)
            if os.path.dirname(home) != room and word not in declared[room]:
                yield (f"{name}: calls {word} of {home}, which no header declares that {room}/ may "
                       f"include; ask for it where it may be seen")


def arrows(files, graph):
    """(room, other room): one calls a function of the other, or includes a header of it."""
    pairs = {(os.path.dirname(a), os.path.dirname(b)) for a, others in graph.items() for b in others}
    for name in files.c_files():
        if os.path.dirname(name) in layers.ROOMS:
            pairs |= {(os.path.dirname(name), os.path.dirname(path))
                      for _, form, path in tree.includes(files, name) if form == '"'}
    return sorted((a, b) for a, b in pairs if a != b)


def is_upward(a, b):
    order = list(layers.ROOMS)
    return a in order and b in order and order.index(b) > order.index(a)


def check(files):
    graph = calls(files)
    found = circles(graph)
    yield from check_calls(files, graph)
    for circle in found:
        if circle not in CIRCLES:
            yield (f"{circle[0]}: a circle of files: {', '.join(circle)}; move what both need into a "
                   f"file below, or name it in rooms.py with its reason")
    if "tools/check/rooms.py" in files.files:
        for circle in CIRCLES:
            if circle not in found:
                yield f"tools/check/rooms.py: no circle any more: {', '.join(circle)}; strike it out"


def print_graph(files):
    graph = calls(files)
    pairs, found = arrows(files, graph), circles(graph)
    up = [pair for pair in pairs if is_upward(*pair)]
    print(f"{len(layers.ROOMS)} rooms, {len(pairs)} arrows, {len(up)} upward, "
          f"{len(found)} circles of files")
    for a, b in pairs:
        print(f"  {a} -> {b}" + (" (upward)" if (a, b) in up else ""))
    for circle in found:
        print("  circle: " + ", ".join(circle))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--print"]:
        here = os.path.dirname(os.path.abspath(__file__))
        print_graph(tree.Tree(os.path.join(here, "..", "..")))
        sys.exit(0)
    tree.main(check)

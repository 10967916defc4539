#!/usr/bin/env python3
"""wall.py LAYERS.PY FOLDER FLOOR: makes FOLDER, in which stand the rooms that FLOOR may see, and no others.

The build takes it as the only folder of headers when it compiles FLOOR: what the table of layers.py
does not allow is not found. meson runs it when it sets a build up, and when the table has changed.
"""
import os
import shutil
import sys


def seen_from(rooms, floor):
    """The rooms of a floor, those that they may name, and those that these may name."""
    seen = [room for room in rooms if room == floor or room.startswith(floor + "/")]
    for room in seen:
        seen += [other for other in rooms[room][1] if other not in seen]
    return seen


def make(table, folder, floor):
    sys.path.insert(0, os.path.dirname(table))
    from layers import ROOMS
    top = os.path.abspath(os.path.join(os.path.dirname(table), "..", ".."))
    shutil.rmtree(folder, ignore_errors=True)
    for room in seen_from(ROOMS, floor):
        link = os.path.join(folder, room)
        os.makedirs(os.path.dirname(link), exist_ok=True)
        os.symlink(os.path.join(top, room), link)


if __name__ == "__main__":
    make(*sys.argv[1:])

#!/usr/bin/env python3
"""Links between documents lead somewhere: the file is there, and so is the heading."""
import os
import re

import tree

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text):
    """The anchors of a document's headings, as code hosts make them."""
    found = set()
    for heading in re.findall(r"^#+\s+(.*)$", text, re.M):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(words.replace(" ", "-"))
    return found


def check(files):
    for name in files.ending(".md"):
        for n, line in enumerate(files.lines(name), 1):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                path = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                if path not in files.files:
                    if not os.path.isdir(os.path.join(files.root, path)):
                        yield f"{name}:{n}: {target} leads nowhere; name a file of the project"
                elif anchor and anchor not in anchors(files.text(path) or ""):
                    yield f"{name}:{n}: {path} has no heading for #{anchor}"


if __name__ == "__main__":
    tree.main(check)

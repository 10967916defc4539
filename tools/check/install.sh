#!/bin/sh
# Installs a build into an empty root and asks the installed program: tools/check/install.sh BUILD
#
# The program must find skerry-admin beside itself, need nothing of the folder it was built in, and
# carry what protects it: position independence, read-only relocations, checks of the stack.
cd "$(dirname "$0")/../.." || exit 70
build=${1:?usage: tools/check/install.sh BUILD}
root=$(mktemp -d) || exit 6
trap 'rm -rf "$root"' EXIT

fail() {
    echo "install: $1"
    exit 1
}

DESTDIR=$root meson install -C "$build" --no-rebuild >"$root/log" 2>&1 || { cat "$root/log"; fail "meson install failed"; }
skerry=$(find "$root" -type f -name skerry)
[ -x "$skerry" ] || fail "no skerry was installed"
[ -n "$(find "$root" -path '*doc/skerry/query-language.md')" ] || fail "no documents were installed"
for program in "$skerry" "$skerry-admin"; do
    readelf -hW "$program" | grep -q 'Type:.*DYN' || fail "$program is not position independent"
    readelf -lW "$program" | grep -q GNU_RELRO || fail "$program has no read-only relocations"
    readelf -dW "$program" | grep -q 'NOW' || fail "$program binds its symbols late"
    readelf -sW "$program" | grep -q __stack_chk_fail || fail "$program does not check its stack"
    readelf -sW "$program" | grep -q '__[a-z]*_chk' || fail "$program does not check its buffers"
    if readelf -dW "$program" | grep -qE 'RPATH|RUNPATH'; then
        fail "$program looks for libraries where it was built"
    fi
done
cd "$root" || exit 70
"$skerry" import -q -d store --dataset 1kg --assembly GRCh37 \
    "$OLDPWD/demo/1kg_p3_chr22_16.0-16.5mb.vcf.gz" >/dev/null || fail "the import failed"
found=$("$skerry" count -d store 'carries(variant=22-16344555-G-A)') || fail "the count failed"
[ "$found" = 60 ] || fail "the count is $found"
echo "install: ok"

#! /bin/sh
#
# Builds the original project in a folder of its own; see Makefile.

set -eu

fail() {
	echo "$*" >&2
	exit 1
}

[ -n "$SKYNET" ] || fail "Say where the original is: make SKYNET=folder"
[ -f "$SKYNET/skynet-src/socket_server.c" ] ||
    fail "$SKYNET holds no sources of skynet"
SKYNET=$(cd "$SKYNET" && pwd)
mkdir -p "$BUILD/objects" "$BUILD/cservice" "$BUILD/luaclib"

case $LAYER in
library)
	[ -f "$LIBRARY" ] || fail "There is no $LIBRARY; build it first"
	LIBRARY=$(cd "$(dirname "$LIBRARY")" && pwd)/$(basename "$LIBRARY")
	HEADERS=$(cd "$HEADERS" && pwd)
	GLUE=$(pwd)/glue.c
	;;
original)
	;;
*)
	fail "LAYER is library or original"
	;;
esac
cd "$BUILD"

# What differs by system is what the original's platform.mk says, and NetBSD.
FLAGS="-g -O2 -std=gnu11 -fPIC -w -DNOUSE_JEMALLOC -I$SKYNET/3rd/lua"
FLAGS="$FLAGS -I$SKYNET/skynet-src"
case $(uname -s) in
Linux)
	FLAGS="$FLAGS -DLUA_USE_LINUX"
	LIBS="-Wl,-E -lpthread -lm -ldl -lrt"
	;;
NetBSD|OpenBSD)
	FLAGS="$FLAGS -DLUA_USE_POSIX -DLUA_USE_DLOPEN"
	LIBS="-Wl,-E -lpthread -lm"
	;;
FreeBSD)
	FLAGS="$FLAGS -DLUA_USE_LINUX"
	LIBS="-Wl,-E -lpthread -lm -lrt"
	;;
*)
	fail "There are no flags here for $(uname -s)"
	;;
esac

compile() {	# object source
	[ "$1" -nt "$2" ] || $CC $FLAGS -c "$2" -o "$1"
	objects="$objects $1"
}

module() {	# name of the shared object, flags and sources
	shared=$1
	shift
	[ -f "$shared" ] || $CC $FLAGS -shared -o "$shared" "$@"
}

objects=
for source in "$SKYNET"/3rd/lua/*.c; do
	name=$(basename "$source" .c)
	case $name in
	lua|luac|onelua|ltests)	;;
	*)	compile "objects/lua_$name.o" "$source" ;;
	esac
done
for source in "$SKYNET"/skynet-src/*.c; do
	name=$(basename "$source" .c)
	case $LAYER:$name in
	library:skynet_socket|library:socket_server)	;;
	*)	compile "objects/$name.o" "$source" ;;
	esac
done
if [ "$LAYER" = library ]; then
	$CC -std=c11 -O2 -I"$HEADERS" -c "$GLUE" -o objects/glue.o
	objects="$objects objects/glue.o $LIBRARY"
fi
$CC -o skynet $objects $LIBS

# The interpreter that the original's clients are run with.
objects=
for source in "$SKYNET"/3rd/lua/*.c; do
	name=$(basename "$source" .c)
	case $name in
	luac|onelua|ltests)	;;
	*)	compile "objects/lua_$name.o" "$source" ;;
	esac
done
[ -f lua ] || $CC -o lua $objects $LIBS

for name in snlua logger gate harbor; do
	module "cservice/$name.so" "$SKYNET/service-src/service_$name.c"
done
sources=
for name in lua-skynet lua-seri lua-socket lua-mongo lua-netpack lua-memory \
    lua-multicast lua-cluster lua-crypt lsha1 lua-sharedata lua-stm \
    lua-debugchannel lua-datasheet lua-sharetable; do
	sources="$sources $SKYNET/lualib-src/$name.c"
done
module luaclib/skynet.so -I"$SKYNET/service-src" -I"$SKYNET/lualib-src" \
    $sources
module luaclib/client.so "$SKYNET/lualib-src/lua-clientsocket.c" \
    "$SKYNET/lualib-src/lua-crypt.c" "$SKYNET/lualib-src/lsha1.c" -lpthread
module luaclib/bson.so "$SKYNET/lualib-src/lua-bson.c"
module luaclib/md5.so -I"$SKYNET/3rd/lua-md5" "$SKYNET/3rd/lua-md5/md5.c" \
    "$SKYNET/3rd/lua-md5/md5lib.c" "$SKYNET/3rd/lua-md5/compat-5.2.c"
module luaclib/sproto.so -I"$SKYNET/lualib-src/sproto" \
    "$SKYNET/lualib-src/sproto/sproto.c" "$SKYNET/lualib-src/sproto/lsproto.c"
module luaclib/lpeg.so "$SKYNET"/3rd/lpeg/lp*.c

# The original's scripts are found beside the program; they stay where they are.
for folder in lualib service examples test; do
	[ -e "$folder" ] || ln -s "$SKYNET/$folder" "$folder"
done
echo "$BUILD/skynet is built on its $LAYER socket layer"

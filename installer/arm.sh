#!/bin/sh
# setup | run | test | any word of the command line `arm`. Installs what is missing first.
set -e
start=$(pwd)
cd "$(dirname "$0")/.."

NEED="python3 python3-venv ca-certificates libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 libbrotli1
fonts-dejavu-core libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0 libxcb-xfixes0
libxcb-image0 libxcb-render-util0 libxkbcommon-x11-0"
NEED_FOR_TESTS="xvfb xauth x11-xkb-utils xkb-data xdotool gnome-keyring dbus-daemon dbus-bin postgresql strace faketime git"

installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]; }

missing_of() {
    for package in "$@"; do
        # newer systems carry this suffix in the name
        installed "$package" || installed "${package}t64" || printf ' %s' "$package"
    done
}

refuse() {
    echo "Не хватает пакетов:$1" >&2
    echo "Их не удалось поставить ($2). Поставьте их и запустите команду снова: apt-get install$1" >&2
    exit 3
}

install_missing() {
    missing=$(missing_of "$@")
    [ -n "$missing" ] || return 0
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || refuse "$missing" "нет прав администратора"
        as_root="sudo"
    fi
    echo "Ставлю пакеты:$missing" >&2
    $as_root apt-get update -qq >&2 || refuse "$missing" "список пакетов недоступен"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null \
        || refuse "$missing" "apt-get не смог"
    missing=$(missing_of "$@")
    [ -z "$missing" ] || refuse "$missing" "apt-get их не поставил"
}

if command -v dpkg-query >/dev/null 2>&1; then
    install_missing $NEED
    if [ "${1:-}" = test ]; then install_missing $NEED_FOR_TESTS; fi
elif ! command -v python3 >/dev/null 2>&1; then
    echo "Нужен Python 3.11 или новее и библиотеки Qt; на Debian это:" $NEED >&2
    exit 3
fi

ARM_STARTED_IN=$start exec python3 installer/bootstrap.py "$@"

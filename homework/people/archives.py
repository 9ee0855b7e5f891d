"""The files of a folder or a zip that came from outside, read one by one into memory: nothing is ever unpacked.

Whatever a zip says about a path can therefore write nowhere. A file that is no plain file, lies about its place or its
size, or cannot be read is refused by itself, in a sentence, and the others go on.
"""

import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from homework.course import UserError

UNWRITABLE = "its name has characters that cannot be written"
# What moves a cursor, breaks or turns a line or is no text; joiners, as in Persian, and blanks of every width are not.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
FOLDER = "is a folder, where a notebook's name needs a file"
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError, struct.error)
LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", ".git")


@dataclass(frozen=True)
class Limits:
    """What a class's archive may hold."""

    files: int = 50_000
    file_bytes: int = 64 << 20
    whole_bytes: int = 8 << 30  # of the files that are read
    ratio: float = 200.0  # of a file to what it is packed in, from `ratio_from` bytes on
    ratio_from: int = 4 << 20


class RefusedError(Exception):
    """A file that is not read; its text says why."""


@dataclass(frozen=True)
class Entry:
    """A file: its place, when it was made as far as the archive says, and its content, asked for when needed."""

    path: tuple[str, ...]
    time: datetime | None
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def place(self) -> str:
        return "/".join(self.path)

    @property
    def shown(self) -> str:
        """The place as a message names it."""
        return _shown(self.path)


@dataclass
class Archive:
    """What came: the files, and a sentence for each thing in it that is no file to read."""

    zipped: bool
    entries: list[Entry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def opened(source: Path, limits: Limits | None = None) -> Iterator[Archive]:
    """The files of a folder or of a zip; raises UserError for what is neither, and for a zip that is broken."""
    limits = limits or Limits()
    if source.is_dir():
        yield _folder(source, limits)
    elif not source.is_file():
        raise UserError(f"PATH: needed a folder or a zip, came {source}, which is not there")
    else:
        try:
            archive = zipfile.ZipFile(source)
        except UnicodeDecodeError:
            sentence = "says that its names are UTF-8, and one is not: unpack it and collect the folder"
            raise UserError(f"{source.name}: {sentence}") from None
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as problem:
            sentence = f"needed a folder or a zip, came a file that is none or is broken ({problem})"
            raise UserError(f"{source.name}: {sentence}") from None
        with archive:
            yield _zip(archive, limits)


def _folder(root: Path, limits: Limits) -> Archive:
    archive = Archive(zipped=False)
    spent = _Spent(limits)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _litter(name))
        named = [(Path(folder) / name).relative_to(root).parts for name in folders if _is_notebook(name)]
        archive.refused += [f"{_shown(parts)}: {FOLDER}" for parts in named]
        for name in sorted(files) + [name for name in folders if (Path(folder) / name).is_symlink()]:
            path = Path(folder) / name
            parts = path.relative_to(root).parts
            if _litter(name):
                continue
            try:
                kind = path.lstat().st_mode
                modified = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            except (OSError, ValueError, OverflowError) as problem:
                archive.refused.append(f"{_shown(parts)}: cannot be read ({problem})")
                continue
            if UNPRINTABLE.search("".join(parts)):
                archive.refused.append(f"{_shown(parts)}: {UNWRITABLE}; not read")
                continue
            if not stat.S_ISREG(kind):
                what = "a link, which may lead anywhere" if stat.S_ISLNK(kind) else "no plain file"
                archive.refused.append(f"{_shown(parts)}: is {what}; not read")
                continue
            if len(archive.entries) >= limits.files:
                raise UserError(f"{root}: needed at most {limits.files} files, came more")
            archive.entries.append(Entry(_spaced(parts), modified, _reader(parts, partial(_open, path), spent)))
    return archive


def _zip(zipped: zipfile.ZipFile, limits: Limits) -> Archive:
    archive = Archive(zipped=True)
    spent = _Spent(limits)
    infos = zipped.infolist()
    if len(infos) > limits.files:
        raise UserError(f"{zipped.filename}: needed at most {limits.files} files in a zip, came {len(infos)}")
    for info in infos:
        name = _name(info)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if any(_litter(part) for part in parts):
            continue
        if name.endswith(("/", "\\")):
            if parts and _is_notebook(parts[-1]):
                archive.refused.append(f"{_shown(parts)}: {FOLDER}")
            continue
        if reason := _unsafe(parts, info, limits):
            archive.refused.append(f"{_shown(parts)}: {reason}; not read")
            continue
        reader = _reader(parts, partial(zipped.open, info), spent)
        archive.entries.append(Entry(_spaced(parts), _time(info), reader))
    return archive


def _unsafe(parts: tuple[str, ...], info: zipfile.ZipInfo, limits: Limits) -> str:
    """Why an entry is not read, "" where it may be."""
    if not parts or parts[0].startswith("/") or ":" in parts[0][1:2]:
        return "its place begins at the root of a disk"
    if ".." in parts:
        return "its place leads out of the zip (..)"
    if UNPRINTABLE.search("".join(parts)):
        return UNWRITABLE
    if (kind := stat.S_IFMT(info.external_attr >> 16)) and not stat.S_ISREG(kind):
        return "is a link, which may lead anywhere" if stat.S_ISLNK(kind) else "is no plain file"
    if info.flag_bits & 1:
        return "is encrypted"
    if info.file_size > limits.file_bytes:
        return f"unpacks to {info.file_size >> 20} MiB, and {limits.file_bytes >> 20} are allowed"
    if info.file_size > limits.ratio_from and info.file_size > limits.ratio * info.compress_size:
        return f"unpacks to more than {limits.ratio:g} times its size, as zip bombs do"
    return ""


class _Spent:
    """The bytes read so far, against the whole archive's limit."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.bytes = limits, 0


def _reader(parts: tuple[str, ...], start: Callable[[], IO[bytes]], spent: _Spent) -> Callable[[], bytes]:
    limits = spent.limits

    def read() -> bytes:
        try:
            with start() as file:
                content = file.read(limits.file_bytes + 1)
        except BROKEN as problem:
            raise RefusedError(f"{_shown(parts)}: cannot be read ({problem or type(problem).__name__})") from None
        if len(content) > limits.file_bytes:
            raise RefusedError(f"{_shown(parts)}: is longer than {limits.file_bytes >> 20} MiB; not read")
        spent.bytes += len(content)
        if spent.bytes > limits.whole_bytes:
            whole = f"the files together are more than {limits.whole_bytes >> 20} MiB"
            raise RefusedError(f"{_shown(parts)}: {whole}; not read")
        return content

    return read


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name; one whose zip does not say how it is written is UTF-8 where it can be, else as old zips do."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _time(info: zipfile.ZipInfo) -> datetime | None:
    """When an entry was made: its extended time, which is UTC, else its plain one, on this computer's clock."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == 0x5455 and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=struct.unpack_from("<i", extra, 5)[0])
        extra = extra[4 + size :]
    try:
        return datetime(*info.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_notebook(name: str) -> bool:
    return name.casefold().endswith(".ipynb")


def _litter(name: str) -> bool:
    return name in LITTER or name.startswith("._")


def _shown(parts: tuple[str, ...]) -> str:
    """A path as a message names it: nothing in it can move a terminal's cursor."""
    return UNPRINTABLE.sub("�", "/".join(parts))[:200]


def _spaced(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A place whose blanks of every width are spaces, as names are read and written here."""
    return tuple(re.sub(r"\s", " ", part) for part in parts)

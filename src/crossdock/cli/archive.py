"""The archive of a backup: a tar file whose manifest names every member with its size and SHA-256."""

import hashlib
import io
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

_MANIFEST = "manifest.json"
_DOCUMENTS = "documents"
_CHUNK = 1 << 20


class BadArchive(ValueError):
    """Not an archive of ours, or one that was damaged; the text names the member."""


class Member(Struct, frozen=True):
    """One file in the archive."""

    name: str
    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What an archive holds. ``created_at`` is in epoch microseconds, ``version`` the Crossdock that wrote it."""

    format: int
    database: str
    version: str
    created_at: int
    files: tuple[Member, ...]


def documents(folder: Path) -> dict[str, Path]:
    """The large documents, by their names in the archive."""
    found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return {f"{_DOCUMENTS}/{path.relative_to(folder).as_posix()}": path for path in found}


def write(file: Path, members: Mapping[str, Path], database: str, version: str, now: int) -> Manifest:
    """Write the archive beside its place and move it there when it is whole; only its owner may read it."""
    files = tuple(Member(name, path.stat().st_size, _sha256(path)) for name, path in members.items())
    manifest = Manifest(1, database, version, now, files)
    partial = file.with_name(f"{file.name}.partial")
    partial.touch(mode=0o600)
    with tarfile.open(partial, "w") as tar:
        encoded = msgspec.json.format(msgspec.json.encode(manifest))
        head = tarfile.TarInfo(_MANIFEST)
        head.size, head.mode, head.mtime = len(encoded), 0o600, now // 1_000_000
        tar.addfile(head, io.BytesIO(encoded))
        for name, path in members.items():
            tar.add(path, arcname=name, recursive=False)
    partial.replace(file)
    return manifest


def read(file: Path, into: Path) -> Manifest:
    """Unpack into ``into`` and prove every checksum. Raises `BadArchive`; nothing outside ``into`` is touched."""
    try:
        with tarfile.open(file, "r:") as tar:
            head = tar.extractfile(_MANIFEST)
            manifest = msgspec.json.decode(head.read() if head else b"", type=Manifest)
            for member in manifest.files:
                _unpack(tar, member, into)
    except (tarfile.TarError, msgspec.DecodeError, KeyError) as problem:
        raise BadArchive(f"not an archive of crossdock backup: {problem}") from None
    return manifest


def replace_documents(unpacked: Path, folder: Path) -> None:
    """Put the archive's documents in the place of ``folder``; the old ones go only when the new ones are there."""
    fresh = folder.with_name(f"{folder.name}.restored")
    shutil.rmtree(fresh, ignore_errors=True)
    source = unpacked / _DOCUMENTS
    if source.is_dir():
        shutil.copytree(source, fresh)
    else:
        fresh.mkdir(parents=True)
    if folder.exists():
        old = folder.with_name(f"{folder.name}.replaced")
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old)
    else:
        fresh.rename(folder)


def _unpack(tar: tarfile.TarFile, member: Member, into: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise BadArchive(f"'{member.name}' leads outside the archive")
    packed = tar.extractfile(member.name)
    if packed is None:
        raise BadArchive(f"'{member.name}' is not a file")
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        shutil.copyfileobj(packed, out, _CHUNK)
    if target.stat().st_size != member.size or _sha256(target) != member.sha256:
        raise BadArchive(f"'{member.name}' is not what the manifest says; the archive is damaged")


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()

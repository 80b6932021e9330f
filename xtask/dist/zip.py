"""Pack a folder as a zip archive with sorted names and a fixed time: zip.py FOLDER ARCHIVE SECONDS."""

import sys
import time
import zipfile
from pathlib import Path


def main() -> None:
    folder, archive, seconds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder.parent).as_posix()
            entry = zipfile.ZipInfo(name, time.gmtime(seconds)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The permissions of a regular file that everybody can read, for systems that have them.
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    main()

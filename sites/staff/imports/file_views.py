"""The files of the national lists: the one that was received, the same with remarks, and the directory as a list."""

import io
import re
import tempfile
import threading
from pathlib import PurePosixPath

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header

from sites.imports import annotated, export
from sites.imports.files import workbook, writer
from sites.imports.files.errors import FileError
from sites.models import ImportFile
from sites.staff.imports.access import ImportPage, ImportsPage

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 100
IN_MEMORY = 4 * 1024 * 1024
# Reading a heavy list again takes up to 600 MB: one at a time in each process that serves pages.
one_at_a_time = threading.Lock()
BUSY = "Un autre fichier annoté est en préparation : recommencez dans une minute."


def as_file(write, name, content_type):
    """What `write(file)` wrote, as a file to keep. A big one waits on the disk: some weigh 200 MB."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the response closes it)
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > IN_MEMORY:
        return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    with file:
        response = HttpResponse(file.read(), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def kind_of(batch, data):
    """(suffix, content type) of the file of a batch, by its content and whatever its name."""
    if data.startswith(workbook.SIGNATURE):
        return ".xlsx", XLSX
    if batch.encoding:
        return ".csv", f"text/csv; charset={batch.encoding.removesuffix('-sig')}"
    return ".bin", "application/octet-stream"


def stem_of(file_name):
    """The name that a person gave to a file, without folders, suffix, or what a disk or a header cannot hold."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    name = "".join(character for character in name if character.isprintable())
    stem = PurePosixPath(re.sub(r'[<>:"|?*%;]', "_", name)).stem.strip(" .'")
    return stem[:LONGEST_NAME] or "liste"


class FilePage(ImportPage):
    """A file made of the one that was received; 404 for a list applied before files were kept."""

    @property
    def received(self):
        return bytes(get_object_or_404(ImportFile, batch=self.batch).content)


class ReceivedFile(FilePage):
    """The bytes of a list as they were received, even those that were refused."""

    def get(self, request, pk):
        data = self.received
        suffix, content_type = kind_of(self.batch, data)
        return as_file(lambda file: file.write(data), f"{stem_of(self.batch.file_name)}{suffix}", content_type)


class AnnotatedFile(FilePage):
    """The same with its remarks; with ?lignes=erreurs, only the lines to correct. 404 before it is analysed."""

    def get(self, request, pk):
        data = self.received
        if not self.batch.rows.exists():
            raise Http404
        if not one_at_a_time.acquire(blocking=False):
            return self._told(BUSY)
        try:
            return self._annotated(data)
        except FileError as error:  # not at its first reading: this one lacked time or memory
            return self._told(str(error))
        finally:
            one_at_a_time.release()

    def _told(self, problem):
        messages.error(self.request, problem)
        return redirect("staff:import", self.batch.pk)

    def _annotated(self, data):
        errors_only = self.request.GET.get("lignes") == "erreurs"
        suffix, content_type = (".xlsx", XLSX) if self.batch.is_workbook else (".csv", "text/csv")
        return as_file(
            lambda file: annotated.write(self.batch, data, file, errors_only=errors_only),
            f"{stem_of(self.batch.file_name)}-{'erreurs' if errors_only else 'annote'}{suffix}",
            content_type,
        )


class DirectoryAsCsv(ImportsPage):
    """The sites in service, as the official list writes them."""

    def get(self, request):
        return as_file(
            lambda file: writer.write_csv(file, export.rows()), f"{_today()}-liste.csv", "text/csv; charset=utf-8"
        )


class DirectoryAsWorkbook(ImportsPage):
    def get(self, request):
        return as_file(lambda file: writer.write_workbook(file, export.rows()), f"{_today()}-liste.xlsx", XLSX)


def _today():
    return timezone.localdate().isoformat()

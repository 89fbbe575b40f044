"""Plain text of a message body that may be HTML of a web editor."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "fieldset", "footer", "form"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "main", "nav", "ol", "p", "pre", "section"}
    | {"table", "tbody", "thead", "tfoot", "tr", "ul"}
)
INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "base", "big", "button", "caption", "center", "cite", "code", "col", "colgroup"}
    | {"del", "dfn", "em", "font", "i", "img", "input", "ins", "kbd", "label", "link", "mark", "meta", "o:p"}
    | {"param", "q", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "video", "wbr"}
)
SILENT = frozenset({"script", "style", "head", "title", "svg", "object", "iframe", "select", "textarea"})
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z][\w:]*(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_STRUCTURE = re.compile(r"<\s*/?\s*(?:p|br|div|li|tr|h[1-6])\b[^<>]*>", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_BREAKS = re.compile(r" *\n *")
_GAPS = re.compile(r"\n{3,}")


def plain_text(body: str) -> str:
    """The words of a body without markup; plain bodies come back tidied, a lone `<` stays what it is.

    Entities escaped twice are read twice. Backquotes stand for quotes in what portals export.
    """
    text = body
    for _ in range(2):
        if not _MARKUP.search(text):
            break
        reader = _TextReader(keeps_breaks=not _STRUCTURE.search(text))
        reader.feed(text)
        reader.close()
        text = reader.text()
    return tidy(text)


def tidy(text: str) -> str:
    """Line ends, spaces and invisible signs put in order; nothing a reader sees is dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _INVISIBLE.sub("", text).replace("`", '"')
    text = _SPACES.sub(" ", text)
    text = _AROUND_BREAKS.sub("\n", text)
    return _GAPS.sub("\n\n", text).strip()


class _TextReader(HTMLParser):
    """Collects text; what only looks like a tag (an address in angle brackets) is text."""

    def __init__(self, *, keeps_breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._keeps_breaks = keeps_breaks
        self._pieces: list[str] = []
        self._silent: list[str] = []
        self._link = ""
        self._link_from = 0

    def text(self) -> str:
        return "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        elif tag == "br":
            self._add("\n")
        elif tag == "li":
            self._add("\n— ")
        elif tag in BLOCKS:
            self._add("\n\n" if tag == "p" else "\n")
        elif tag in ("td", "th"):
            self._add(" ")
        elif tag == "a":
            self._link, self._link_from = (dict(attrs).get("href") or "").strip(), len(self._pieces)
        elif tag not in INLINE:
            self._add(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag == "p":
            self._add("\n\n")
        elif tag in BLOCKS:
            self._add("\n")
        elif tag == "a":
            self._close_link()

    def take_words(self, data: str) -> None:
        self._add(data if self._keeps_breaks else data.replace("\n", " "))

    handle_data = take_words

    def unknown_decl(self, data: str) -> None:
        """`<![CDATA[…]]>` holds text."""
        if data.startswith("CDATA["):
            self._add(unescape(data[6:]))

    def _close_link(self) -> None:
        """The address beside the words, where the words don't hold it."""
        shown = "".join(self._pieces[self._link_from :])
        if self._link.startswith(("http://", "https://")) and self._link not in shown:
            self._add(f" ({self._link})")
        self._link = ""

    def _add(self, piece: str) -> None:
        if not self._silent and piece:
            self._pieces.append(piece)

//! Places in the source: each with its line, and what is to be seen there, within the page's width.

use super::{Page, Style, links};
use crate::base::source::{Sources, Span};
use crate::report::excerpt::{ExcerptPlace, Excerpts};
use crate::report::text::line;
use crate::report::wrap::wrap;
use unicode_width::UnicodeWidthStr;

/// Columns between the line numbers and the text.
const BORDER: usize = 3;
/// Columns that a message beneath its place has at least.
const LEAST: usize = 48;

/// A place and what is to be seen there.
pub struct Mark {
    /// Where.
    pub span: Span,
    /// In a few words; may be empty.
    pub message: String,
    /// It is the finding's own place.
    pub is_primary: bool,
}

/// Draws the places, file by file, and gives the columns of the line numbers. The finding's own place has this style.
pub fn draw(marks: &[Mark], sources: &Sources, own: Style, page: &mut Page) -> usize {
    let spans: Vec<Span> = marks.iter().map(|mark| mark.span).collect();
    let digits = |excerpts: &Excerpts| excerpts.digits();
    let numbers = digits(&Excerpts::new(&spans, sources, 0));
    let excerpts = Excerpts::new(&spans, sources, page.width.saturating_sub(numbers + BORDER));
    let places: Vec<(ExcerptPlace, &Mark)> =
        marks.iter().filter_map(|mark| Some((excerpts.locate(mark.span, sources)?, mark))).collect();
    for (at, file) in excerpts.files.iter().enumerate() {
        let mut here: Vec<&(ExcerptPlace, &Mark)> = places.iter().filter(|(place, _)| place.file == at).collect();
        let first = here.iter().find(|(_, mark)| mark.is_primary).or(here.first()).map(|(place, _)| place.clone());
        let Some(first) = first else { continue };
        page.space(numbers + 1);
        page.put(Style::Dim, "┌─");
        page.space(1);
        let name = format!("{}:{}:{}", file.name, first.line, first.column);
        for (at, part) in wrap(&name, page.width.saturating_sub(numbers + 4)).iter().enumerate() {
            page.space(if at == 0 { 0 } else { numbers + 4 });
            page.link(Style::Plain, part, links::file(&file.name));
            page.end();
        }
        here.sort_by_key(|(place, _)| (place.line, place.range.start));
        for line in &file.lines {
            page.put(Style::Dim, &format!("{:>numbers$} │", line.number));
            page.space(1);
            page.put(Style::Plain, line.text.trim_end());
            page.end();
            for (place, mark) in here.iter().filter(|(place, _)| place.line == line.number) {
                let style = if mark.is_primary { own } else { Style::Aside };
                let before = line.text.get(..place.range.start).map_or(0, UnicodeWidthStr::width);
                let wide = line.text.get(place.range.clone()).map_or(0, UnicodeWidthStr::width).max(1);
                underline(mark, (before, wide), numbers, style, page);
            }
        }
    }
    numbers
}

/// The signs beneath a place, and its message after them or on lines of its own, whichever needs less room.
fn underline(mark: &Mark, (before, wide): (usize, usize), numbers: usize, style: Style, page: &mut Page) {
    let sign = if mark.is_primary { "^" } else { "-" };
    border(numbers, before, page);
    page.put(style, &sign.repeat(wide));
    if mark.message.is_empty() {
        return page.end();
    }
    let room = page.width.saturating_sub(numbers + BORDER);
    let (beside, beneath) = (before + wide + 1, before.min(room.saturating_sub(LEAST)));
    let message = line(&mark.message);
    let (after, below) = (wrap(&message, room.saturating_sub(beside)), wrap(&message, room.saturating_sub(beneath)));
    let fits = after.iter().all(|text| beside + text.width() <= room) && after.len() <= below.len() + 1;
    let (lines, indent) = if fits { (after, beside) } else { (below, beneath) };
    if fits {
        page.space(1);
    } else {
        page.end();
    }
    for (at, text) in lines.iter().enumerate() {
        if at > 0 || !fits {
            border(numbers, indent, page);
        }
        page.put(style, text);
        page.end();
    }
}

/// The border of a line without a number, and so many columns after it.
fn border(numbers: usize, columns: usize, page: &mut Page) {
    page.space(numbers + 1);
    page.put(Style::Dim, "│");
    page.space(1 + columns);
}

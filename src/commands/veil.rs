//! What `--diff` shows of files that hold sensitive values.

use crate::base::source::Span;
use crate::cty::value::HIDDEN;
use crate::engine::Outcome;
use std::path::Path;

/// A file's bytes without what must not be shown, as this look at it knows; `None` where nothing of the file may be shown.
pub fn veiled(bytes: &[u8], real: &Path, look: &Outcome) -> Option<Vec<u8>> {
    let opened = look.loader.opened();
    let ids: Vec<_> = opened.iter().filter(|(_, (path, _))| path == real).map(|(id, _)| *id).collect();
    if ids.iter().any(|id| look.sources.is_private(*id)) {
        return None;
    }
    let mut spans: Vec<Span> = ids.iter().flat_map(|id| look.sources.hidden(*id)).collect();
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for span in spans {
        let (start, end) = (span.start as usize, span.end as usize);
        let (Some(open), Some(hidden)) = (bytes.get(at..start), bytes.get(start..end)) else { continue };
        out.extend_from_slice(open);
        // Line by line: the difference is one of lines.
        for (i, line) in hidden.split(|b| *b == b'\n').enumerate() {
            if i > 0 {
                out.push(b'\n');
            }
            if !line.is_empty() {
                out.extend_from_slice(HIDDEN.as_bytes());
            }
        }
        at = end;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    Some(out)
}

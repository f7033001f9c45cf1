//! The texts and tables that `build.rs` writes, read in place.

static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/pool.txt"));
static STARTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pool.idx"));

/// The `index`th little-endian u32 of `bytes`; 0 past the end.
pub(super) fn word(bytes: &[u8], index: usize) -> u32 {
    let from = index.saturating_mul(4);
    let word = bytes.get(from..).and_then(|rest| rest.first_chunk());
    word.map_or(0, |word| u32::from_le_bytes(*word))
}

/// The text of this number; empty past the end.
pub(super) fn text(id: u32) -> &'static str {
    let (start, end) = (word(STARTS, id as usize), word(STARTS, id as usize + 1));
    TEXT.get(start as usize..end as usize).unwrap_or_default()
}

/// The index among `count` sorted texts of the one equal to `key`.
pub(super) fn search(count: usize, key: &str, name: impl Fn(usize) -> &'static str) -> Option<usize> {
    let first = first_not(count, |i| name(i) < key);
    (first < count && name(first) == key).then_some(first)
}

/// The first of `count` indices for which this does not hold, where it holds for all before it; `count` where there is none.
fn first_not(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match holds(middle) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}

/// Reads forward; gives zeros past the end.
pub(super) struct TableReader {
    /// What is left.
    pub bytes: &'static [u8],
}

impl TableReader {
    /// The next byte.
    pub(super) fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// The next number: seven bits a byte, low ones first, the eighth set on all but the last.
    pub(super) fn varint(&mut self) -> u32 {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte();
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }
}

/// A table whose cells are texts.
pub(super) struct Table {
    /// Cells row by row, each a text's number.
    pub cells: &'static [u8],
    /// Cells in a row.
    pub columns: usize,
}

impl Table {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.cells.len() / 4 / self.columns
    }

    /// A cell; empty outside the table.
    pub(super) fn cell(&self, row: usize, column: usize) -> &'static str {
        text(word(self.cells, row * self.columns + column))
    }

    /// A row.
    pub(super) fn row(&'static self, row: usize) -> Row {
        Row { table: self, row }
    }

    /// All rows in order.
    pub(super) fn rows(&'static self) -> impl ExactSizeIterator<Item = Row> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The rows whose first cells are `keys`, in a table sorted by these.
    pub(super) fn starting<'k, const N: usize>(
        &'static self,
        keys: [&'k str; N],
    ) -> impl Iterator<Item = Row> + use<'k, N> {
        let cells = move |row: usize| std::array::from_fn::<&str, N, _>(|column| self.cell(row, column));
        (first_not(self.len(), |row| cells(row) < keys)..self.len())
            .take_while(move |row| cells(*row) == keys)
            .map(|row| self.row(row))
    }

    /// The row whose first cell is `key`, in a table sorted by it.
    pub(super) fn find(&'static self, key: &str) -> Option<Row> {
        search(self.len(), key, |row| self.cell(row, 0)).map(|row| self.row(row))
    }
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row {
    table: &'static Table,
    row: usize,
}

impl Row {
    /// The cell in this column.
    pub(super) fn text(self, column: usize) -> &'static str {
        self.table.cell(self.row, column)
    }

    /// The cell in this column, if it says anything.
    pub(super) fn some(self, column: usize) -> Option<&'static str> {
        Some(self.text(column)).filter(|t| !t.is_empty())
    }

    /// The number in this column, if there is one.
    pub(super) fn number<T: std::str::FromStr>(self, column: usize) -> Option<T> {
        self.text(column).parse().ok()
    }

    /// Whether the cell says `true`.
    pub(super) fn flag(self, column: usize) -> bool {
        self.text(column) == "true"
    }
}

/// Declares the table of a file in `facts/`.
macro_rules! table {
    ($name:literal, $columns:literal) => {
        $crate::catalog::table::Table {
            cells: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".tbl")),
            columns: $columns,
        }
    };
}
pub(super) use table;

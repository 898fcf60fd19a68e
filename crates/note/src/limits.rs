//! What a note may have, so that nobody's file or clipboard takes a program down.

/// Lists and quotes around one block. Twice as many as any real document has; levels beyond are left out on import,
/// and their content stays.
pub const LEVELS_MAX: usize = 32;

/// The greatest number that an ordered list can start with: nine digits, as CommonMark has it.
pub const START_MAX: u32 = 999_999_999;

/// Characters of a footnote's label.
pub const LABEL_MAX: usize = 100;

/// Columns of a table. With [`CELLS_MAX`] it keeps a short header over many short rows from becoming a huge grid.
pub const COLUMNS_MAX: usize = 1_000;

/// Cells of one table, those included that a row left out.
pub const CELLS_MAX: usize = 1_000_000;

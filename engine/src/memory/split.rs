//! Columns cut into blocks that different threads may hold at once.

/// Slices of equal length that are cut at the same places. A column that is not there is `None`, and so are all its
/// parts.
pub trait Split: Sized + Send {
    /// Number of rows; 0 for a column that is not there.
    fn rows(&self) -> usize;
    /// The rows before `middle`, and the rest.
    fn cut(self, middle: usize) -> (Self, Self);
}

impl<T: Send> Split for &mut [T] {
    fn rows(&self) -> usize {
        self.len()
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        self.split_at_mut(middle)
    }
}

impl<T: Sync> Split for &[T] {
    fn rows(&self) -> usize {
        self.len()
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        self.split_at(middle)
    }
}

impl<C: Split> Split for Option<C> {
    fn rows(&self) -> usize {
        self.as_ref().map_or(0, Split::rows)
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        self.map(|column| column.cut(middle)).unzip()
    }
}

/// A column of several cells a row.
#[derive(Debug)]
pub struct Records<'a, T> {
    /// Cells of a row.
    pub cells: usize,
    /// Those of all rows, one after the other.
    pub state: &'a mut [T],
}

impl<T> Records<'_, T> {
    /// The cells of a row.
    #[inline]
    pub fn row(&mut self, row: usize) -> &mut [T] {
        &mut self.state[row * self.cells..][..self.cells]
    }
}

impl<T: Send> Split for Records<'_, T> {
    fn rows(&self) -> usize {
        self.state.len() / self.cells
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        let cells = self.cells;
        let (before, after) = self.state.split_at_mut(middle * cells);
        (Self { cells, state: before }, Self { cells, state: after })
    }
}

/// As many rows as the first of the two.
impl<A: Split, B: Split> Split for (A, B) {
    fn rows(&self) -> usize {
        self.0.rows()
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        let ((a, c), (b, d)) = (self.0.cut(middle), self.1.cut(middle));
        ((a, b), (c, d))
    }
}

impl<C: Split> Split for Vec<C> {
    fn rows(&self) -> usize {
        self.first().map_or(0, Split::rows)
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        self.into_iter().map(|column| column.cut(middle)).unzip()
    }
}

/// The rows between consecutive bounds; `bounds` begins with 0 and ends with the number of rows.
pub fn between<C: Split>(columns: C, bounds: &[usize]) -> Vec<C> {
    let mut blocks = Vec::with_capacity(bounds.len());
    let mut rest = columns;
    for pair in bounds.windows(2) {
        let (block, after) = rest.cut(pair[1] - pair[0]);
        blocks.push(block);
        rest = after;
    }
    blocks
}

//! Columns cut into blocks that different threads may hold at once.

/// Slices of equal length that are cut at the same places.
pub trait Split: Sized + Send {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// The rows before `middle`, and the rest.
    fn cut(self, middle: usize) -> (Self, Self);
}

impl<T: Send> Split for &mut [T] {
    fn rows(&self) -> usize {
        self.len()
    }
    /// An empty slice stands for a column that is not there, and stays empty.
    fn cut(self, middle: usize) -> (Self, Self) {
        if self.is_empty() { (&mut [], self) } else { self.split_at_mut(middle) }
    }
}

impl<T: Sync> Split for &[T] {
    fn rows(&self) -> usize {
        self.len()
    }
    /// An empty slice stands for a column that is not there, and stays empty.
    fn cut(self, middle: usize) -> (Self, Self) {
        if self.is_empty() { (self, self) } else { self.split_at(middle) }
    }
}

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

//! What a member keeps.

use bytemuck::Pod;

/// What a member keeps: a plain struct, or a slice `[T]` of plain cells whose length the protocol decides.
pub trait Record {
    /// A cell of it.
    type Cell: Pod + Send + Sync;
    /// The record that some cells are.
    fn of(cells: &[Self::Cell]) -> &Self;
    /// The same, to be changed.
    fn of_mut(cells: &mut [Self::Cell]) -> &mut Self;
    /// It becomes nothing but zeros.
    fn clear(&mut self);
}

impl<T: Pod + Send + Sync> Record for T {
    type Cell = T;
    #[inline]
    fn of(cells: &[T]) -> &T {
        &cells[0]
    }
    #[inline]
    fn of_mut(cells: &mut [T]) -> &mut T {
        &mut cells[0]
    }
    #[inline]
    fn clear(&mut self) {
        *self = T::zeroed();
    }
}

impl<T: Pod + Send + Sync> Record for [T] {
    type Cell = T;
    #[inline]
    fn of(cells: &[T]) -> &Self {
        cells
    }
    #[inline]
    fn of_mut(cells: &mut [T]) -> &mut Self {
        cells
    }
    #[inline]
    fn clear(&mut self) {
        self.fill(T::zeroed());
    }
}

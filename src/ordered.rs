//! Ordered maps and sets of what is given one by one.

/// What `collect` would make. That sorts first, and the sort takes 4 kB of the program for each place that calls it.
pub(crate) fn ordered<T, C: Default + Extend<T>>(all: impl IntoIterator<Item = T>) -> C {
    let mut ordered = C::default();
    ordered.extend(all);
    ordered
}

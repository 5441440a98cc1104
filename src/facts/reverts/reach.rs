//! Which commits of a range lead to which.

/// For each commit, which others lead to it, and itself: a matrix of bits. A range has at most some thousand commits, so
/// it takes a few MiB, and each merge is looked up in it at once.
pub(super) struct Reach {
    /// Words of each row.
    width: usize,
    rows: Vec<u64>,
}

const BITS: usize = u64::BITS as usize;

impl Reach {
    /// Of commits with these parents; nothing stands for one that is not in the range.
    pub(super) fn new(parents: &[Vec<Option<usize>>]) -> Self {
        let width = parents.len().div_ceil(BITS);
        let mut rows = vec![0_u64; width * parents.len()];
        for commit in parents_first(parents) {
            let start = commit * width;
            for parent in parents[commit].iter().flatten() {
                for word in 0..width {
                    rows[start + word] |= rows[parent * width + word];
                }
            }
            rows[start + commit / BITS] |= 1 << (commit % BITS);
        }
        Self { width, rows }
    }

    /// What leads to the other commits and not to the first one, in the order of the range.
    pub(super) fn beyond(&self, first: Option<usize>, others: &[Option<usize>]) -> Vec<usize> {
        let word_of = |commit: usize, word: usize| self.rows[commit * self.width + word];
        let mut beyond = Vec::new();
        for word in 0..self.width {
            let others = others.iter().flatten();
            let brought = others.fold(0, |all, other| all | word_of(*other, word));
            let mut left = brought & !first.map_or(0, |first| word_of(first, word));
            while left != 0 {
                beyond.push(word * BITS + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
        beyond
    }
}

/// The commits in an order in which each comes after its parents. By date, a child may be older than its parents.
fn parents_first(parents: &[Vec<Option<usize>>]) -> Vec<usize> {
    let mut children = vec![Vec::new(); parents.len()];
    let mut missing = vec![0_usize; parents.len()];
    for (commit, parents) in parents.iter().enumerate() {
        for parent in parents.iter().flatten() {
            children[*parent].push(commit);
            missing[commit] += 1;
        }
    }
    let roots = (0..parents.len()).filter(|commit| missing[*commit] == 0);
    let mut order: Vec<usize> = roots.collect();
    let mut next = 0;
    while let Some(commit) = order.get(next).copied() {
        next += 1;
        for child in &children[commit] {
            missing[*child] -= 1;
            if missing[*child] == 0 {
                order.push(*child);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::Reach;

    #[test]
    fn what_a_merge_brings_is_found_in_any_order() {
        // 5 merges 4, 3 into 2; 4 leads to 1, 3 to 0; 2 to 1. Some parents are not in the range.
        let parents: Vec<Vec<Option<usize>>> = vec![
            vec![None],
            vec![None],
            vec![Some(1)],
            vec![Some(0)],
            vec![Some(1), None],
            vec![Some(2), Some(4), Some(3)],
        ];
        let reversed = parents.iter().rev();
        let reversed = reversed.map(|it| it.iter().map(|it| it.map(|it| 5 - it)).collect());
        let reach = Reach::new(&parents);
        assert_eq!(reach.beyond(Some(2), &[Some(4), Some(3)]), [0, 3, 4]);
        assert_eq!(reach.beyond(None, &[Some(4)]), [1, 4]);
        assert_eq!(reach.beyond(Some(5), &[Some(5)]), [0_usize; 0]);
        assert_eq!(reach.beyond(Some(2), &[None]), [0_usize; 0]);
        let reach = Reach::new(&reversed.collect::<Vec<_>>());
        assert_eq!(reach.beyond(Some(3), &[Some(1), Some(2)]), [1, 2, 5]);
    }

    #[test]
    fn a_row_may_have_any_length() {
        for count in [0, 1, 63, 64, 65, 200] {
            let parent = |commit: usize| vec![commit.checked_sub(1)];
            let chain: Vec<_> = (0..count).map(parent).collect();
            let reach = Reach::new(&chain);
            if let Some(last) = count.checked_sub(1) {
                let all: Vec<usize> = (0..count).collect();
                assert_eq!(reach.beyond(None, &[Some(last)]), all);
                assert_eq!(
                    reach.beyond(Some(last / 2), &[Some(last)]),
                    all[last / 2 + 1..]
                );
            }
        }
    }
}

//! Dependency order. Takes who needs whom; gives an order in which each comes after what it needs,
//! or a circle. No recursion: a chain may be as long as a text.

use std::collections::BTreeSet;

/// An order of `0..needs.len()` in which each comes after all it needs, otherwise as numbered.
///
/// # Errors
/// A circle, each of which needs the next and the last the first.
pub(super) fn order(needs: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut users = vec![Vec::new(); needs.len()];
    for (user, needed) in needs.iter().enumerate() {
        needed.iter().for_each(|&other| users[other].push(user));
    }
    let mut ready: BTreeSet<usize> = (0..needs.len())
        .filter(|&node| missing[node] == 0)
        .collect();
    let mut done = Vec::with_capacity(needs.len());
    while let Some(node) = ready.pop_first() {
        done.push(node);
        for &user in &users[node] {
            missing[user] -= 1;
            if missing[user] == 0 {
                ready.insert(user);
            }
        }
    }
    match (0..needs.len()).find(|&node| missing[node] > 0) {
        None => Ok(done),
        Some(start) => Err(circle(needs, &missing, start)),
    }
}

/// From a node that could not be placed, every step to a needed node that could not either leads
/// into a circle.
fn circle(needs: &[Vec<usize>], missing: &[usize], start: usize) -> Vec<usize> {
    let mut seen_at = vec![None; needs.len()];
    let (mut path, mut node) = (Vec::new(), start);
    loop {
        if let Some(at) = seen_at[node] {
            return path.split_off(at);
        }
        seen_at[node] = Some(path.len());
        path.push(node);
        match needs[node].iter().find(|&&other| missing[other] > 0) {
            Some(&next) => node = next,
            None => return path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn each_comes_after_what_it_needs_and_circles_are_shown() {
        assert_eq!(order(&[vec![2], vec![], vec![1]]), Ok(vec![1, 2, 0]));
        assert_eq!(order(&[vec![], vec![], vec![]]), Ok(vec![0, 1, 2]));
        assert_eq!(order(&[vec![1], vec![2, 2], vec![1]]), Err(vec![1, 2]));
        assert_eq!(order(&[vec![0]]), Err(vec![0]));
        let chain: Vec<Vec<usize>> = (0..100_000)
            .map(|node| vec![node + 1])
            .chain([vec![]])
            .collect();
        assert_eq!(order(&chain).map(|order| order[0]), Ok(100_000));
    }
}

//! The smallest number of cells at which one engine overtakes another. Takes measured rows; gives
//! the points, interpolated between the numbers measured. Must not know how they were measured.

use super::{Contestant, Kind, Row};

/// How two engines compare over the numbers of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// Number of the engine that is faster in the end.
    pub winner: usize,
    /// Number of the other.
    pub loser: usize,
    /// From this number of cells on; none where it is faster at every number measured.
    pub n_cells: Option<f64>,
}

/// All pairs that change places; and for each GPU, how it compares with the CPU engine on all its
/// threads where they do not.
pub(super) fn break_even(contestants: &[Contestant], rows: &[Row]) -> Vec<BreakEven> {
    let mut found = Vec::new();
    let racing = |i: &usize| contestants[*i].kind != Kind::Reference;
    for a in (0..contestants.len()).filter(racing) {
        for b in (a + 1..contestants.len()).filter(racing) {
            let pair = compare(rows, a, b);
            // One thread against two of the same kind is no news.
            let is_cpu = |i: usize| contestants[i].kind == Kind::Cpu;
            let news = is_cpu(a) != is_cpu(b);
            found.extend(pair.filter(|pair| pair.n_cells.is_some() || news));
        }
    }
    found
}

/// Total times of both at each number of cells that both ran; none where the repetitions of the
/// largest number scatter more than the two differ.
fn compare(rows: &[Row], a: usize, b: usize) -> Option<BreakEven> {
    let of = |i: usize| rows.iter().filter(move |row| row.contestant == i);
    let pairs = of(a).filter_map(|row| Some((row, of(b).find(|r| r.n_cells == row.n_cells)?)));
    let pairs: Vec<(&Row, &Row)> = pairs.collect();
    let times: Vec<(f64, f64)> = pairs
        .iter()
        .map(|(row, other)| (row.n_cells as f64, (other.total_s / row.total_s).ln()))
        .collect();
    let (_, last) = *times.last()?;
    let scatter = pairs.last().map_or(0.0, |(a, b)| a.spread.max(b.spread));
    if last.abs() < (1.0 + scatter / 2.0).ln() {
        return None;
    }
    let (winner, loser) = if last >= 0.0 { (a, b) } else { (b, a) };
    // The last change of places; an earlier one was undone.
    let change = times
        .windows(2)
        .rev()
        .find(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0));
    Some(BreakEven {
        winner,
        loser,
        n_cells: change.map(|pair| between(pair[0], pair[1])),
    })
}

/// Where the logarithm of the ratio, taken as linear in that of the number, is 0.
fn between((n0, d0): (f64, f64), (n1, d1): (f64, f64)) -> f64 {
    (n0.ln() + (n1.ln() - n0.ln()) * d0 / (d0 - d1)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(contestant: usize, n_cells: u64, total_s: f64) -> Row {
        Row {
            contestant,
            n_cells,
            total_s,
            ..Row::default()
        }
    }

    #[test]
    fn places_change_where_the_lines_cross() {
        // One costs 1 s per 100 cells; the other always 10 s.
        let rows = [
            row(0, 100, 1.0),
            row(1, 100, 10.0),
            row(0, 10_000, 100.0),
            row(1, 10_000, 10.0),
        ];
        let found = compare(&rows, 0, 1).expect("both ran");
        assert_eq!((found.winner, found.loser), (1, 0));
        assert!((found.n_cells.expect("a crossing") - 1000.0).abs() < 1e-9);
        let found = compare(&rows[..2], 1, 0).expect("both ran");
        assert_eq!((found.winner, found.n_cells), (0, None));
        assert_eq!(compare(&rows, 0, 2), None);
    }

    #[test]
    fn what_scatters_more_than_it_differs_is_no_winner() {
        let noisy = Row {
            spread: 0.5,
            ..row(1, 100, 1.1)
        };
        assert_eq!(compare(&[row(0, 100, 1.0), noisy], 0, 1), None);
        assert!(compare(&[row(0, 100, 1.0), row(1, 100, 1.1)], 0, 1).is_some());
    }
}

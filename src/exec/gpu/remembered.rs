//! The best shapes of launch that were found before, by device, driver, kernel and number of cells.
//!
//! Takes and gives shapes, in a small text file of the user's cache: a line for each number of cells,
//! `CLASS WORKGROUP_SIZE CELLS UNROLL ENDED`, of which the last is 1 where the search for it came to its end, else 0.
//! Lines that make no sense are passed over.

use super::cache::{Cache, digest};
use super::device::AdapterReport;
use super::launch::Launch;

/// A shape that a search has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// The fastest of those that were tried.
    pub(super) launch: Launch,
    /// Had the search come to its end? Else the run was too short for it.
    pub(super) has_ended: bool,
}

/// What is remembered of one kernel on one device.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    cache: Option<Cache>,
    name: String,
}

impl Remembered {
    /// Of the kernel with this text. Without a cache nothing is remembered.
    pub(super) fn of(cache: Option<Cache>, device: &AdapterReport, text: &str) -> Remembered {
        let key = format!("{}\n{text}", device.describe());
        Remembered {
            cache,
            name: format!("launch-{:016x}", digest(key.as_bytes())),
        }
    }

    /// What was found for `n_cells`.
    pub(super) fn found(&self, n_cells: u64) -> Option<Found> {
        let lines = self.lines();
        let found = lines.iter().find(|(class, _)| *class == class_of(n_cells));
        found.map(|&(_, found)| found)
    }

    /// Remembers what was found for `n_cells`.
    pub(super) fn remember(&self, n_cells: u64, found: Found) {
        let Some(cache) = &self.cache else { return };
        let mut lines = self.lines();
        lines.retain(|(class, _)| *class != class_of(n_cells));
        lines.push((class_of(n_cells), found));
        let line = |(class, found): &(u32, Found)| {
            let Launch {
                workgroup_size,
                cells,
                unroll,
            } = found.launch;
            let ended = u32::from(found.has_ended);
            format!("{class} {workgroup_size} {cells} {unroll} {ended}\n")
        };
        cache.write(
            &self.name,
            lines.iter().map(line).collect::<String>().as_bytes(),
        );
    }

    fn lines(&self) -> Vec<(u32, Found)> {
        let bytes = self.cache.as_ref().and_then(|cache| cache.read(&self.name));
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.unwrap_or_default();
        text.lines().filter_map(parsed).collect()
    }
}

/// Numbers of cells within a factor of four have a best shape in common.
pub(super) fn class_of(n_cells: u64) -> u32 {
    n_cells.max(1).ilog2() / 2
}

fn parsed(line: &str) -> Option<(u32, Found)> {
    let numbers: Result<Vec<u32>, _> = line.split(' ').map(str::parse).collect();
    match numbers.ok()?[..] {
        [class, workgroup_size, cells, unroll, ended] if ended < 2 => Some((
            class,
            Found {
                launch: Launch {
                    workgroup_size,
                    cells,
                    unroll,
                },
                has_ended: ended == 1,
            },
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::device::testing::report;
    use super::*;

    #[test]
    fn each_number_of_cells_has_its_own_and_bad_lines_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let device = report("NVIDIA H200", true);
        let of = |text| Remembered::of(Some(cache.clone()), &device, text);
        let one = of("kernel");
        let found = |unroll, has_ended| Found {
            launch: Launch {
                workgroup_size: 64,
                cells: 1,
                unroll,
            },
            has_ended,
        };
        assert_eq!(one.found(1000), None);
        one.remember(1000, found(4, false));
        one.remember(100_000, found(8, false));
        one.remember(1000, found(2, true));
        assert_eq!(one.found(1001), Some(found(2, true)));
        assert_eq!(one.found(100_000), Some(found(8, false)));
        assert_eq!((one.found(10), of("other").found(1000)), (None, None));
        for damaged in [
            "",
            "\n4 64 1",
            "4 64 1 2",
            "4 64 1 2 3",
            "4 64 x 2 1",
            "4  64 1 2 1",
            "\u{fffd}",
        ] {
            cache.write(&one.name, damaged.as_bytes());
            assert_eq!(one.found(1000), None, "{damaged:?}");
        }
        cache.write(&one.name, b"\xff\xfe");
        assert_eq!(one.found(1000), None);
        let nowhere = Remembered::of(None, &device, "kernel");
        nowhere.remember(1000, found(4, true));
        assert_eq!(nowhere.found(1000), None);
    }
}

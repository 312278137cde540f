//! The best shapes of launch that were found before, by device, driver, kernel and number of cells.
//!
//! Takes and gives shapes, in a small text file of the user's cache: a line for each number of cells,
//! `CLASS WORKGROUP_SIZE CELLS UNROLL`. Lines that make no sense are passed over.

use super::cache::{Cache, digest};
use super::device::AdapterReport;
use super::launch::Launch;

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

    /// The best for `n_cells`, if it was found.
    pub(super) fn launch(&self, n_cells: u64) -> Option<Launch> {
        let lines = self.lines();
        let found = lines.iter().find(|(class, _)| *class == class_of(n_cells));
        found.map(|&(_, launch)| launch)
    }

    /// Remembers the best for `n_cells`.
    pub(super) fn remember(&self, n_cells: u64, launch: Launch) {
        let Some(cache) = &self.cache else { return };
        let mut lines = self.lines();
        lines.retain(|(class, _)| *class != class_of(n_cells));
        lines.push((class_of(n_cells), launch));
        let line = |(class, launch): &(u32, Launch)| {
            let Launch {
                workgroup_size,
                cells,
                unroll,
            } = launch;
            format!("{class} {workgroup_size} {cells} {unroll}\n")
        };
        cache.write(
            &self.name,
            lines.iter().map(line).collect::<String>().as_bytes(),
        );
    }

    fn lines(&self) -> Vec<(u32, Launch)> {
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

fn parsed(line: &str) -> Option<(u32, Launch)> {
    let numbers: Result<Vec<u32>, _> = line.split(' ').map(str::parse).collect();
    match numbers.ok()?[..] {
        [class, workgroup_size, cells, unroll] => Some((
            class,
            Launch {
                workgroup_size,
                cells,
                unroll,
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
        let launch = |unroll| Launch {
            workgroup_size: 64,
            cells: 1,
            unroll,
        };
        assert_eq!(one.launch(1000), None);
        one.remember(1000, launch(4));
        one.remember(100_000, launch(8));
        one.remember(1000, launch(2));
        assert_eq!(one.launch(1001), Some(launch(2)));
        assert_eq!(one.launch(100_000), Some(launch(8)));
        assert_eq!((one.launch(10), of("other").launch(1000)), (None, None));
        for damaged in [
            "",
            "\n4 64 1",
            "4 64 1 2 3",
            "4 64 x 2",
            "4  64 1 2",
            "\u{fffd}",
        ] {
            cache.write(&one.name, damaged.as_bytes());
            assert_eq!(one.launch(1000), None, "{damaged:?}");
        }
        cache.write(&one.name, b"\xff\xfe");
        assert_eq!(one.launch(1000), None);
        let nowhere = Remembered::of(None, &device, "kernel");
        nowhere.remember(1000, launch(4));
        assert_eq!(nowhere.launch(1000), None);
    }
}

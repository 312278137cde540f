//! Folders, engines and grids that no result can come from.

use super::{RESULTS, changed, refused, refused_in};
use crate::support::{Folder, small};

#[test]
fn an_axis_named_as_another_column_is_refused_before_the_run() {
    for name in ["cell", "rate", "ISI_CV"] {
        let folder = Folder::new();
        let path = folder.write(
            "model.eqn",
            changed("lif", "param R ", &format!("param {name} "))
                .replace("R*I", &format!("{name}*I"))
                .replace(" R = ", &format!(" {name} = ")),
        );
        let several = format!("{name}=5,10");
        refused_in(
            &folder,
            &[&path, "--set", &several],
            &[name, "another name"],
        );
        assert_eq!(folder.names(), ["model.eqn"]);
        folder.fi(&[&path]).expect(0);
    }
}

#[test]
fn equal_ends_with_one_value_are_one_good_point() {
    let folder = Folder::new();
    folder
        .fi(&["lif", "--from", "2 nA", "--to", "2 nA", "--n", "1"])
        .expect(0);
    let table = folder.read("fi.csv");
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.contains("\n0,2,"), "{table}");
}

#[test]
fn grids_that_nothing_could_hold_are_refused_with_what_they_would_need() {
    refused(
        &["lif", "--n", "9999999999999999999"],
        &["9999999999999999999 cells", "too large", "fewer"],
    );
    refused(
        &["lif", "--set", "tau=1:2:4000000000", "--n", "4000000000"],
        &["4000000000 x 4000000000", "too large", "fewer"],
    );
    refused(
        &["lif", "--n", "100000000000000"],
        &["100000000000000 cells", "PB", "are free", "fewer", "--out"],
    );
}

#[test]
fn folders_that_cannot_take_results_are_refused() {
    let folder = Folder::new();
    folder.write("file", "not a folder");
    refused_in(
        &folder,
        &["lif", "--out", "file/deeper"],
        &["file/deeper", "--out"],
    );
    refused_in(&folder, &["lif", "--out", "file"], &["file", "--out"]);
    assert_eq!(folder.names(), ["file"]);
}

#[test]
fn results_of_an_earlier_run_elsewhere_are_kept_unless_forced() {
    for name in RESULTS {
        let folder = Folder::new();
        std::fs::create_dir(folder.path().join("out")).expect("a folder");
        folder.write(&format!("out/{name}"), "precious");
        refused_in(
            &folder,
            &["lif", "--out", "out"],
            &[name, "--force", "--out"],
        );
        assert_eq!(folder.read(&format!("out/{name}")), "precious");
        assert_eq!(
            std::fs::read_dir(folder.path().join("out"))
                .expect("a folder")
                .count(),
            1
        );
    }
}

#[test]
fn a_missing_gpu_is_named_with_a_remedy() {
    let folder = Folder::new();
    let mut command = folder.command(&small("fi", &["lif", "--engine", "gpu"]));
    command
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent");
    let ended = crate::support::end(crate::support::start(command));
    // A machine whose GPU is reached by another way than Vulkan has one all the same.
    if cfg!(target_os = "linux") {
        ended.expect(2).says(&["no GPU was found", "--engine cpu"]);
        assert!(!folder.has("fi.csv"));
    }
}

#[test]
fn a_device_that_is_not_there_is_refused() {
    let ended = refused(&["lif", "--engine", "gpu", "--device", "no such card"], &[]);
    let told = ["no GPU was found", "no device is called 'no such card'"];
    assert!(
        told.iter().any(|words| ended.stderr.contains(words)),
        "{ended:?}"
    );
    refused(
        &["lif", "--device", "no such card"],
        &["reference", "no devices", "--engine gpu"],
    );
    refused(
        &["lif", "--engine", "cpu", "--device", "7"],
        &["CPU", "no devices", "--engine gpu"],
    );
}

#[test]
fn lists_that_no_memory_holds_are_refused() {
    let texts = [
        "duration = \"10 ms\"\n[record]\nspikes = { capacity = 1000000000 }\n",
        "dt = \"0.1 ms\"\nduration = \"100000 s\"\n[record]\ntrace = { variables = [\"v\"] }\n",
        "dt = \"0.1 ms\"\nduration = \"100000 s\"\n[record]\nfeatures = true\n\
         trace = { variables = [\"v\"], cells = [0] }\n",
    ];
    for text in texts {
        for engine in ["cpu", "reference"] {
            let folder = Folder::new();
            let file = folder.write("e.toml", format!("model = \"lif\"\n{text}"));
            let ended = folder.run(&["run", &file, "--engine", engine]);
            ended
                .expect(2)
                .says(&["entries per cell", "take a smaller capacity"]);
            assert_eq!(folder.names(), ["e.toml"]);
        }
    }
}

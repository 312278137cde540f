//! The program itself, killed, interrupted and out of room.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{bytes, names, status};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rheobase");

fn fi(folder: &Path, engine: &str, n: &str, duration: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(["fi", "lif", "--engine", engine, "--n", n])
        .args(["--dt", "0.1", "--duration", duration, "--out"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn stderr(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), text)
}

/// Waits until the journal has grown by so many bytes; false if the program has ended.
fn wait_for_rows(child: &mut Child, folder: &Path, growth: u64) -> bool {
    let size = || std::fs::metadata(folder.join("fi.partial.jsonl")).map_or(0, |m| m.len());
    let begin = Instant::now();
    // An earlier journal is shortened to its last entry at first.
    let mut least = u64::MAX;
    while begin.elapsed() < Duration::from_secs(60) {
        if child.try_wait().expect("a child").is_some() {
            return false;
        }
        let now = size();
        if now > 0 {
            least = least.min(now);
        }
        if least < u64::MAX && now > least + growth {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("no rows in a minute");
}

#[test]
fn a_killed_run_is_gone_on_with_to_the_same_bytes() {
    // An entry has about 60 bytes.
    kill_and_go_on(["reference", "40000", "20", "csv"], 150);
    // Through the ends of two row groups.
    kill_and_go_on(["cpu", "600000", "100", "parquet"], 1000);
}

/// Kills a run whenever its journal has grown by `growth` bytes, four times at most.
fn kill_and_go_on([engine, n, duration, format]: [&str; 4], growth: u64) {
    let table = format!("fi.{format}");
    let begin = |folder: &Path| {
        let mut command = fi(folder, engine, n, duration);
        command.args(["--format", format]);
        command
    };
    let plain = tempfile::tempdir().expect("a temporary folder");
    let ended = begin(plain.path()).status();
    assert!(ended.expect("it runs").success());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut n_killed = 0;
    loop {
        let mut child = begin(folder.path())
            .arg("--resume")
            .spawn()
            .expect("it runs");
        if n_killed < 4 && wait_for_rows(&mut child, folder.path(), growth) {
            child.kill().expect("killed");
            child.wait().expect("it ends");
            n_killed += 1;
            continue;
        }
        let (code, text) = stderr(child);
        assert_eq!(code, Some(0), "{text}");
        break;
    }
    assert!(n_killed >= 2, "the run was too short to be killed in");
    assert_eq!(names(folder.path()), [&table, "fi.svg", "run.json"]);
    for name in [&table, "fi.svg"] {
        let same = bytes(folder.path(), name) == bytes(plain.path(), name);
        assert!(same, "{name}");
    }
}

#[test]
fn an_interrupt_within_a_long_tile_ends_the_run_in_seconds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let child = fi(folder.path(), "cpu", "200000", "100000")
        .spawn()
        .expect("it runs");
    let begin = Instant::now();
    while !folder.path().join("fi.partial.jsonl").exists() {
        assert!(begin.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let interrupted = Instant::now();
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill is everywhere").success());
    let (code, text) = stderr(child);
    assert_eq!(code, Some(130), "{text}");
    assert!(interrupted.elapsed() < Duration::from_secs(5));
    assert!(
        text.contains("fi.partial.csv") && text.contains("--resume"),
        "{text}"
    );
    assert_eq!(status(folder.path()), "interrupted");
    // Without leave, nothing of it is replaced, and the way on is named.
    let (code, text) = stderr(
        fi(folder.path(), "cpu", "10", "10")
            .spawn()
            .expect("it runs"),
    );
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("fi.partial.csv exists") && text.contains("--resume"),
        "{text}"
    );
}

#[test]
fn a_table_without_room_keeps_whole_rows_and_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = format!(
        "trap '' XFSZ; ulimit -f 300; exec {PROGRAM} fi lif --engine cpu --n 30000 --dt 0.1 --duration 30 --out {}",
        folder.path().display()
    );
    let child = Command::new("bash")
        .args(["-c", &script])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let (code, text) = stderr(child.expect("it runs"));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("whole rows are kept in"), "{text}");
    let kept = bytes(folder.path(), "fi.partial.csv");
    assert!(kept.len() > 100_000 && kept.ends_with(b"\n"));
    assert_eq!(status(folder.path()), "failed");
    // With room, it is gone on with.
    let (code, text) = stderr(
        fi(folder.path(), "cpu", "30000", "30")
            .arg("--resume")
            .spawn()
            .expect("it runs"),
    );
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("of the earlier run"), "{text}");
}

#[test]
fn parquet_without_room_keeps_whole_rows_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = format!(
        "trap '' XFSZ; ulimit -f 3000; exec {PROGRAM} fi lif --engine cpu --n 60000 --dt 0.1 --duration 30 \
         --format parquet --out {}",
        folder.path().display()
    );
    let child = Command::new("bash")
        .args(["-c", &script])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let (code, text) = stderr(child.expect("it runs"));
    assert_eq!(code, Some(2), "{text}");
    let kept = text.split_once(" whole rows are kept in");
    let kept = kept.and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok());
    assert!(kept > Some(10_000), "{text}");
    let partial = folder.path().join("fi.partial.parquet");
    let read = rheobase::table::read_table(&partial).expect("whole");
    assert_eq!(Some(read.n_rows()), kept);
    assert_eq!(status(folder.path()), "failed");
    // With room, it is gone on with.
    let (code, text) = stderr(
        fi(folder.path(), "cpu", "60000", "30")
            .args(["--resume", "--format", "parquet"])
            .spawn()
            .expect("it runs"),
    );
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("of the earlier run"), "{text}");
}

/// A disk of 400 kB of its own, in a mount that ends with the script; where that is not permitted,
/// the test says so and does nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_run_goes_on_elsewhere_to_the_same_bytes() {
    let experiment = "model = \"lif\"\nduration = \"200 ms\"\n[stimulus.I]\nkind = \"constant\"\namplitude = 4\n\
                      [sweep]\nR = { from = 9, to = 12, n = 2000 }\n[record]\nfeatures = true\n\
                      spikes = { capacity = 64 }\n";
    let run = format!("{PROGRAM} run ../e.toml --engine cpu");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("e.toml"), experiment).expect("written");
    for name in ["disk", "out", "plain"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    let shell = |script: &str| {
        let mut command = Command::new("unshare");
        command
            .args(["-rm", "bash", "-c", script])
            .current_dir(folder.path());
        command.output()
    };
    let mount = "mount -t tmpfs -o size=400k tmpfs disk";
    if !shell(mount).is_ok_and(|output| output.status.success()) {
        println!("not run: a disk cannot be mounted here");
        return;
    }
    let script = format!("{mount}; (cd disk; {run}); code=$?; cp disk/* out; exit $code");
    let output = shell(&script).expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    for words in ["no space left", "whole rows are kept in", "--resume"] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let out = folder.path().join("out");
    assert_eq!(status(&out), "failed");
    for (folder, options) in [("out", "--resume"), ("plain", "")] {
        let output = shell(&format!("cd {folder}; {run} {options}")).expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{text}");
    }
    for name in ["table.csv", "spikes.csv"] {
        assert_eq!(bytes(&out, name), bytes(&folder.path().join("plain"), name));
    }
}

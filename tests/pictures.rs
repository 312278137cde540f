//! Pictures end to end: which are written, what they show, and that a machine without fonts draws
//! their text.

use std::fs::File;
use std::io::BufReader;

use crate::support::{Folder, end, small, start};

/// A decoded PNG.
struct Bitmap {
    width: usize,
    height: usize,
    /// Pixels per metre.
    per_metre: u32,
    rgb: Vec<u8>,
}

impl Bitmap {
    fn read(folder: &Folder, name: &str) -> Bitmap {
        let file = BufReader::new(File::open(folder.path().join(name)).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Bitmap {
            width: info.width as usize,
            height: info.height as usize,
            per_metre: reader.info().pixel_dims.unwrap().xppu,
            rgb,
        }
    }

    /// How many pixels of some rows are nearly `colour`.
    fn count(&self, rows: std::ops::Range<usize>, colour: [u8; 3]) -> usize {
        let pixels = self.rgb[rows.start * self.width * 3..rows.end * self.width * 3].chunks(3);
        let near = |p: &&[u8]| p.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 24);
        pixels.filter(near).count()
    }
}

const INK: [u8; 3] = [0x26, 0x26, 0x26];
const BLUE: [u8; 3] = [0x00, 0x72, 0xb2];

/// The text is drawn by the program's own font: the same bytes come where the system has none.
#[test]
fn a_png_has_its_size_its_curve_and_its_text_without_fonts_in_the_system() {
    let folder = Folder::new();
    let fonts = folder.write("fonts.conf", "<fontconfig></fontconfig>");
    let mut command = folder.command(&small("fi", &["lif", "--picture", "both"]));
    command
        .env_clear()
        .env("FONTCONFIG_FILE", folder.path().join(fonts))
        .env("HOME", folder.path());
    let ended = end(start(command));
    ended
        .expect(0)
        .says(&["wrote fi.csv, fi.svg, fi.png, run.json"]);
    let bitmap = Bitmap::read(&folder, "fi.png");
    // 85 mm x 60 mm at 300 per inch.
    let size = (bitmap.width, bitmap.height, bitmap.per_metre);
    assert_eq!(size, (1004, 709, 11811));
    let all = bitmap.width * bitmap.height;
    assert!(bitmap.count(0..bitmap.height, BLUE) > 1000);
    assert!(bitmap.count(0..bitmap.height, [255; 3]) > all * 9 / 10);
    // Below the axis there is nothing but its label.
    assert!(bitmap.count(650..709, INK) > 200);

    let again = ["plot", "fi.csv", "--out", "again.png"];
    folder.run(&again).expect(0);
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("again.png"), bytes("fi.png"));
    folder
        .run(&["plot", "fi.csv", "--out", "again.png", "--dpi", "600"])
        .expect(0);
    assert_eq!(Bitmap::read(&folder, "again.png").width, 2008);
}

#[test]
fn the_user_says_which_pictures_are_written() {
    for (which, files) in [
        ("none", &["fi.csv", "run.json"][..]),
        ("png", &["fi.csv", "fi.png", "run.json"]),
        ("svg", &["fi.csv", "fi.svg", "run.json"]),
    ] {
        let folder = Folder::new();
        folder.fi(&["lif", "--picture", which]).expect(0);
        assert_eq!(folder.names(), files);
    }
    let folder = Folder::new();
    let trace = "trace lif --amplitude 2 --duration 20ms --picture png";
    let words: Vec<&str> = trace.split(' ').collect();
    folder
        .run(&words)
        .expect(0)
        .says(&["wrote trace.csv, trace.png"]);
    let bench = "bench lif --cells 4 --repeats 1 --duration 2ms --picture both";
    let words: Vec<&str> = bench.split(' ').collect();
    folder
        .run(&words)
        .expect(0)
        .says(&["bench.svg", "bench.png"]);
    assert_eq!(
        folder.names(),
        ["bench.png", "bench.svg", "trace.csv", "trace.png"]
    );
    // Pictures of an earlier run are kept, as its tables are.
    let there = ["lif", "--picture", "png", "--out", "other"];
    folder.fi(&there).expect(0);
    std::fs::remove_file(folder.path().join("other/fi.csv")).unwrap();
    folder.fi(&there).expect(2).says(&["fi.png"]);
}

/// What the picture of an experiment is of, by the labels of its axes.
#[test]
fn an_experiment_has_the_picture_that_its_record_makes() {
    const HEAD: &str = "model = \"lif\"\ndt = \"0.1 ms\"\nduration = \"60 ms\"\n[stimulus.I]\nkind = \"constant\"\n\
                        amplitude = \"2 nA\"\n";
    const TWO: &str = "[sweep]\ntau = [8, 10, 12]\nR = [9, 9.5, 10, 11]\n";
    const RANDOM: &str = "[sweep.sample]\nn = 40\ndesign = \"sobol\"\ntau = { uniform = [8, 12] }\n\
                          R = { uniform = [9, 11] }\n";
    for (sweep, record, labels) in [
        (
            TWO,
            "features = true",
            &["R (Mohm)", "rate (Hz)", "tau (ms)", ">8<"][..],
        ),
        (TWO, "statistics = [\"v\"]", &["R (Mohm)", "v_min (mV)"]),
        (
            TWO,
            "spikes = { capacity = 9 }",
            &["spike_time (ms)", ">cell<"],
        ),
        (
            TWO,
            "trace = { variables = [\"v\"], every = \"1 ms\", cells = [0, 5] }",
            &["time (ms)", "v (mV)", "tau, R", ">10, 9.5<"],
        ),
        (
            RANDOM,
            "features = true",
            &["R (Mohm)", "rate (Hz)", "stroke-linecap=\"round\""],
        ),
        (
            "",
            "features = true\ntrace = { variables = [\"v\", \"I\"], every = \"1 ms\" }",
            &["time (ms)", "v (mV)", "I (nA)"],
        ),
    ] {
        let folder = Folder::new();
        let file = folder.write("e.toml", format!("{HEAD}{sweep}[record]\n{record}\n"));
        let arguments = ["run", &file, "--engine", "reference"];
        folder.run(&arguments).expect(0).says(&["table.svg"]);
        let svg = folder.read("table.svg");
        for label in labels {
            assert!(svg.contains(label), "{record}: {label} is not in {svg}");
        }
        if record == "features = true" {
            folder
                .run(&["plot", "table.csv", "--out", "p.svg"])
                .expect(0);
            assert_eq!(folder.read("p.svg"), svg, "{sweep}");
        }
    }
    // One cell's features make no picture.
    let folder = Folder::new();
    let file = folder.write("e.toml", format!("{HEAD}[record]\nfeatures = true\n"));
    folder.run(&["run", &file]).expect(0);
    assert_eq!(folder.names(), ["e.toml", "run.json", "table.csv"]);
}

/// 85 mm are 850 units, so a point is 3.53 of them.
#[test]
fn no_text_is_smaller_than_seven_points() {
    let folder = Folder::new();
    folder.fi(&["lif", "--set", "tau=8,10"]).expect(0);
    let svg = folder.read("fi.svg");
    assert!(svg.contains("width=\"85mm\" height=\"60mm\" viewBox=\"0 0 850 600\""));
    let sizes = svg.split("font-size=\"").skip(1);
    let sizes: Vec<f64> = sizes
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect();
    assert!(sizes.len() > 10);
    assert!(
        sizes.iter().all(|size| size * 72.0 / 254.0 >= 7.0),
        "{sizes:?}"
    );
}

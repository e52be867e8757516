//! The format against an independent reader (`neuropil-testkit`), against its specification byte by
//! byte, and against NumPy itself where there is one.

use std::fs;
use std::path::Path;
use std::process::Command;

use neuropil_testkit::npy::{Npy, Values};

use super::*;
use crate::error::IoError;

/// Writes an array in pieces and reads it with the other reader.
fn other(path: &Path) -> Npy {
    Npy::read(path).unwrap()
}

#[test]
fn the_header_is_what_the_format_says() {
    for (dtype, rows, width) in [
        (Dtype::F8, 0, None),
        (Dtype::F4, 3, Some(7)),
        (Dtype::F8, u64::MAX, Some(u64::from(u32::MAX))),
        (Dtype::Event, u64::MAX, None),
    ] {
        let bytes = header(dtype, rows, width);
        assert_eq!(&bytes[..6], b"\x93NUMPY");
        assert_eq!(bytes[6..8], [1, 0]);
        let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!(10 + length, HEADER_BYTES);
        assert_eq!(HEADER_BYTES % 64, 0, "data must be aligned to 64 bytes");
        let text = std::str::from_utf8(&bytes[10..]).unwrap();
        assert!(text.ends_with('\n'));
        assert!(
            text.trim_end().ends_with("), }"),
            "nothing was cut off: {text}"
        );
    }
}

#[test]
fn numbers_make_the_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exc.V.npy");
    let mut writer = Writer::create(&path, Dtype::F8, Some(3)).unwrap();
    let mut expected = Vec::new();
    for row in 0..1000 {
        let values = [f64::from(row) / 3.0, -f64::from(row), f64::MIN_POSITIVE];
        writer.push_numbers(&values);
        expected.extend(values);
        if row % 100 == 7 {
            writer.flush().unwrap();
        }
    }
    assert_eq!(writer.rows(), 1000);
    writer.flush().unwrap();
    let array = Array::Numbers {
        rows: 1000,
        width: 3,
        values: expected.clone(),
    };
    assert_eq!(read(&path).unwrap(), array);
    let npy = other(&path);
    assert_eq!(npy.shape, [1000, 3]);
    assert_eq!(npy.fields[0].1, Values::Floats(expected));
}

#[test]
fn narrow_numbers_are_rounded_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let mut writer = Writer::create(&path, Dtype::F4, None).unwrap();
    writer.push_numbers(&[0.1, -65.0, 1e-50]);
    writer.flush().unwrap();
    let values = vec![f64::from(0.1f32), -65.0, 0.0];
    assert_eq!(
        read(&path).unwrap(),
        Array::Numbers {
            rows: 3,
            width: 1,
            values
        }
    );
}

#[test]
fn events_make_the_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exc.spike.npy");
    let mut writer = Writer::create(&path, Dtype::Event, None).unwrap();
    writer.push_events(5, &[1, 1, 7]);
    writer.push_events(u64::MAX, &[u32::MAX]);
    drop(writer); // writes what it holds
    let steps = vec![5, 5, 5, u64::MAX];
    let elements = vec![1, 1, 7, u32::MAX];
    assert_eq!(read(&path).unwrap(), Array::Events { steps, elements });
    let npy = other(&path);
    assert_eq!(npy.shape, [4]);
    assert_eq!(npy.fields[0].0, "step");
    assert_eq!(npy.fields[1].0, "index");
    assert_eq!(
        npy.fields[1].1,
        Values::Integers(vec![1, 1, 7, i128::from(u32::MAX)])
    );
}

/// A process that is killed leaves a header that is older than the data, or a torn last piece.
#[test]
fn a_killed_run_leaves_a_readable_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let mut writer = Writer::create(&path, Dtype::F8, Some(2)).unwrap();
    assert_eq!(
        read(&path).unwrap(),
        Array::Numbers {
            rows: 0,
            width: 2,
            values: vec![]
        },
        "readable before the first sample"
    );
    writer.push_numbers(&[1.0, 2.0, 3.0, 4.0]);
    writer.flush().unwrap();
    let good = Array::Numbers {
        rows: 2,
        width: 2,
        values: vec![1.0, 2.0, 3.0, 4.0],
    };
    writer.push_numbers(&[5.0, 6.0]);
    std::mem::forget(writer); // killed: what is gathered is lost
    assert_eq!(read(&path).unwrap(), good);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend([9; 13]); // killed while a piece was being written
    fs::write(&path, &bytes).unwrap();
    assert_eq!(read(&path).unwrap(), good);
    // Lost data is said, never invented.
    fs::write(&path, &bytes[..HEADER_BYTES + 20]).unwrap();
    assert!(matches!(read(&path), Err(IoError::Array { .. })));
}

#[test]
fn a_failed_write_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let mut writer = Writer::create(&path, Dtype::F8, None).unwrap();
    writer.push_numbers(&[1.0]);
    writer.flush().unwrap();
    let away = folder.path().join("away.npy");
    fs::rename(&path, &away).unwrap();
    writer.push_numbers(&[2.0]);
    assert!(matches!(
        writer.flush(),
        Err(IoError::System {
            action: "write",
            ..
        })
    ));
    fs::rename(&away, &path).unwrap();
    writer.push_numbers(&[3.0]);
    writer.flush().unwrap();
    let values = vec![1.0, 2.0, 3.0];
    assert_eq!(
        read(&path).unwrap(),
        Array::Numbers {
            rows: 3,
            width: 1,
            values
        }
    );
}

#[test]
fn arrays_of_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    assert!(matches!(read(&path), Err(IoError::System { .. })));
    let check = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        assert!(
            matches!(read(&path), Err(IoError::Array { .. })),
            "{bytes:?}"
        );
    };
    check(b"");
    check(b"\x93NUMPY\x01\x00");
    check(b"PK\x03\x04 and more of an archive");
    let mut huge = header(Dtype::F8, u64::MAX, Some(u64::MAX));
    check(&huge);
    huge[12..20].copy_from_slice(b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe");
    check(&huge);
    assert!(
        Writer::create(&path, Dtype::F8, None).is_err(),
        "nothing is overwritten"
    );
}

#[test]
fn memory_is_bounded_by_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(folder.path().join("x.npy"), Dtype::F8, None).unwrap();
    writer.set_limit(64);
    for i in 0..1000 {
        writer.push_numbers(&[f64::from(i)]);
        if writer.is_full() {
            writer.flush().unwrap();
        }
        let length = fs::metadata(writer.path()).unwrap().len();
        assert!(length + 64 > HEADER_BYTES as u64 + 8 * writer.rows());
    }
}

/// NumPy opens every kind of array with one line. Says so where there is no NumPy.
#[test]
fn numpy_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let make =
        |name: &str, dtype, width| Writer::create(folder.path().join(name), dtype, width).unwrap();
    let mut trace = make("exc.V.npy", Dtype::F8, Some(2));
    trace.push_numbers(&[-65.0, 0.1, -64.5, 0.2, 1e300, -0.0]);
    let mut narrow = make("lfp.npy", Dtype::F4, None);
    narrow.push_numbers(&[0.5, 0.25]);
    let mut events = make("exc.spike.npy", Dtype::Event, None);
    events.push_events(1 << 40, &[3, 4]);
    let mut nobody = make("nobody.V.npy", Dtype::F8, Some(0));
    nobody.push_numbers(&[]);
    nobody.push_numbers(&[]);
    for writer in [&mut trace, &mut narrow, &mut events, &mut nobody] {
        writer.flush().unwrap();
    }
    let mut torn = fs::read(trace.path()).unwrap();
    torn.extend([1, 2, 3]);
    fs::write(folder.path().join("killed.npy"), torn).unwrap();
    let script = "
import sys
try:
    import numpy as np
except ImportError:
    print('no numpy'); sys.exit(0)
v = np.load('exc.V.npy')
assert v.shape == (3, 2) and v.dtype == '<f8' and v.flags.c_contiguous
assert v[2, 0] == 1e300 and v[1].tolist() == [-64.5, 0.2]
assert np.load('lfp.npy').tolist() == [0.5, 0.25] and np.load('lfp.npy').dtype == '<f4'
s = np.load('exc.spike.npy')
assert s['step'].tolist() == [1 << 40] * 2 and s['index'].tolist() == [3, 4]
assert np.load('nobody.V.npy').shape == (2, 0)
assert np.load('killed.npy').tolist() == v.tolist()
m = np.load('exc.V.npy', mmap_mode='r')
assert m[0, 1] == 0.1
print('read')
";
    let output = Command::new("python3")
        .args(["-c", script])
        .current_dir(folder.path())
        .output();
    match output {
        Err(_) => eprintln!("skipped: there is no python3 on this machine"),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            if text.trim() == "read" {
                eprintln!("NumPy read all arrays");
            } else {
                eprintln!("skipped: this python3 has no NumPy");
            }
        }
    }
}

//! Frames: what is none is an error, whatever it costs to find out is bounded.

use crate::support::{pen::*, *};
use proptest::prelude::*;
use std::io::Write as _;
use sync::{
    frame::{self, BadFrame, FRAME_BYTES_MAX},
    message::*,
};

fn push(text: &str) -> FromClient {
    let changes = vec![pushed(&Pen::new(2).sign(vec![title(7, text)]))];
    FromClient::Push(Push { board: board(), changes })
}

#[test]
fn short_frames_are_plain_and_long_ones_packed() {
    let (short, long) = (push("short"), push(&"long ".repeat(1_000)));
    let (plain, packed) = (frame::write(&short).unwrap(), frame::write(&long).unwrap());
    assert_eq!(plain[0], 0);
    assert_eq!(packed[0], 1);
    assert!(packed.len() < 1_000, "{} bytes", packed.len());
    assert_eq!(frame::read(&plain), Ok(short));
    assert_eq!(frame::read(&packed), Ok(long));
}

#[test]
fn what_packing_does_not_shorten_stays_plain() {
    let mut chance = 1u64;
    let mut random = || {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        chance.to_be_bytes()[0]
    };
    let body: Vec<u8> = (0..4_000).map(|_| random()).collect();
    let changes = vec![Pushed { body: body.into(), former: None }];
    let message = FromClient::Push(Push { board: board(), changes });
    let written = frame::write(&message).unwrap();
    assert_eq!(written[0], 0);
    assert_eq!(frame::read(&written), Ok(message));
}

#[test]
fn a_plain_message_may_be_packed_and_a_packed_one_plain() {
    let message = push("short");
    let cbor = minicbor::to_vec(&message).unwrap();
    let packed = [vec![1], zstd::bulk::compress(&cbor, 19).unwrap()].concat();
    assert_eq!(frame::read(&packed), Ok(message));
}

#[test]
fn frames_have_a_greatest_length() {
    let zeros = vec![0; FRAME_BYTES_MAX + 1];
    assert_eq!(frame::read::<FromClient>(&zeros), Err(BadFrame::TooLong));
    let mut chance = 7u64;
    let noise: Vec<u8> = (0..=FRAME_BYTES_MAX / 8)
        .flat_map(|_| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(3);
            chance.rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()
        })
        .collect();
    let changes = vec![Pushed { body: noise.into(), former: None }];
    let message = FromClient::Push(Push { board: board(), changes });
    assert_eq!(frame::write(&message), Err(BadFrame::TooLong));
}

/// What the process took of memory at most, since it was last asked.
#[cfg(target_os = "linux")]
fn memory_peak_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn packed_zeros(mebibytes: usize) -> Vec<u8> {
    let mut packer = zstd::stream::write::Encoder::new(vec![1], 1).unwrap();
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..mebibytes {
        packer.write_all(&zeros).unwrap();
    }
    packer.finish().unwrap()
}

/// In a process of its own, where no other test takes memory.
#[cfg(target_os = "linux")]
#[test]
fn a_gibibyte_in_a_small_frame_costs_no_gibibyte() {
    const ALONE: &str = "HOLDFAST_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let test = "frames::a_gibibyte_in_a_small_frame_costs_no_gibibyte";
        let alone = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&alone.stdout);
        assert!(alone.status.success() && told.contains("1 passed"), "{told}");
        return;
    }
    let bomb = packed_zeros(1024);
    assert!(bomb.len() < 1024 * 1024, "{} bytes", bomb.len());
    let before = memory_peak_kib();
    assert_eq!(frame::read::<FromClient>(&bomb), Err(BadFrame::Packing));
    let grown = memory_peak_kib() - before;
    assert!(grown <= 16 * 1024, "{grown} KiB more, for a frame of 8 MiB");
}

#[test]
fn what_unpacks_to_more_than_a_frame_is_none() {
    assert_eq!(frame::read::<FromClient>(&packed_zeros(9)), Err(BadFrame::Packing));
    assert_eq!(frame::read::<FromClient>(&packed_zeros(7)), Err(BadFrame::Message));
}

#[test]
fn a_frame_that_is_cut_or_goes_on_is_none() {
    for message in [push("short"), push(&"long ".repeat(1_000))] {
        let whole = frame::write(&message).unwrap();
        for length in 0..whole.len() {
            assert!(frame::read::<FromClient>(&whole[..length]).is_err(), "{length} bytes of it");
        }
        assert!(frame::read::<FromClient>(&[&whole[..], &[0]].concat()).is_err(), "a byte more");
    }
    let cbor = [minicbor::to_vec(push("short")).unwrap(), vec![0xf6]].concat();
    let packed = [vec![1], zstd::bulk::compress(&cbor, 1).unwrap()].concat();
    assert_eq!(frame::read::<FromClient>(&packed), Err(BadFrame::Message), "a packed byte more");
}

#[test]
fn a_frame_of_another_kind_is_none() {
    let mut frame = frame::write(&FromClient::Ping(1)).unwrap();
    for kind in 2..=u8::MAX {
        frame[0] = kind;
        assert_eq!(frame::read::<FromClient>(&frame), Err(BadFrame::Message));
    }
    assert_eq!(frame::read::<FromClient>(&[]), Err(BadFrame::Message));
}

#[test]
fn a_message_that_is_not_known_is_none() {
    assert_eq!(frame::read::<FromClient>(&[0, 0x82, 0x18, 0x63, 0x80]), Err(BadFrame::Message));
}

#[test]
fn depth_costs_nothing() {
    for open in [0x81, 0x9f, 0xa1, 0xc1] {
        // A ping whose second field is a million arrays in one another.
        let mut deep = vec![0, 0x82, 0x05, 0x82, 0x01];
        deep.extend(std::iter::repeat_n(open, 1_000_000));
        assert_eq!(frame::read::<FromClient>(&deep), Err(BadFrame::Message));
    }
    let mut deep = vec![0, 0x82, 0x05, 0x82, 0x01];
    deep.extend(std::iter::repeat_n(0x81, 1_000_000));
    deep.push(0xf6);
    assert_eq!(frame::read(&deep), Ok(FromClient::Ping(1)), "skipped");
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0..200usize) {
        let mut whole = frame::write(&push("short")).unwrap();
        let at = at.min(whole.len());
        whole.splice(at..whole.len().min(at + bytes.len() / 20), bytes.iter().copied().take(10));
        for frame in [bytes, whole] {
            // Whatever comes of it.
            drop(frame::read::<FromClient>(&frame));
            drop(frame::read::<FromServer>(&frame));
        }
    }
}

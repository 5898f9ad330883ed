//! Where one file is put (`--out` of `deposits` and `screen`, `--svg` of `explain`): beside what stands there, never in place of
//! what is no file.
#![cfg(unix)]

use crate::support::{A, B, D, Desk, ledger};
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::process::Command;

const DEPOSITS: &str = "deposits --transfers t.csv --labels l.csv --out";

/// What to run to put one file somewhere.
fn commands() -> [String; 3] {
    [
        DEPOSITS.to_owned(),
        format!("screen --transfers t.csv --theft T={A} --addresses a.txt --out"),
        format!("explain result {B} --svg"),
    ]
}

/// A pays B, who pays D; and a result of it.
fn desk() -> Desk {
    let labels = format!("address,label,category,entity\n{D},Binance 14,exchange,Binance\n");
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, D, 90)])).and("l.csv", labels);
    let desk = desk.and("a.txt", format!("{B}\n"));
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    desk
}

#[test]
fn a_pipe_a_device_and_a_folder_are_refused_and_stay() {
    let desk = desk();
    let make = |tool: &str, words: &[&str]| {
        Command::new(tool).args(words).current_dir(desk.folder()).output().is_ok_and(|it| it.status.success())
    };
    assert!(make("mkfifo", &["pipe"]));
    fs::create_dir(desk.path("folder")).unwrap();
    symlink("pipe", desk.path("link")).unwrap();
    let has_device = make("mknod", &["device", "c", "1", "3"]);
    let places = ["pipe", "folder", "link"].into_iter().chain(has_device.then_some("device"));
    for (place, words) in places.flat_map(|place| commands().map(|words| (place, words))) {
        let said = desk.run(&format!("{words} {place}")).ends_with(1).stderr;
        assert!(said.contains(&format!("`{place}` is no file\n\nhint: name a file")), "{words}: {said}");
    }
    let kind = |name: &str| fs::symlink_metadata(desk.path(name)).unwrap().file_type();
    assert!(kind("pipe").is_fifo() && kind("folder").is_dir() && kind("link").is_symlink());
    assert!(!has_device || kind("device").is_char_device());
    // Refused before anything is read: without transfers nothing could be written anyway.
    let early = "deposits --transfers none.csv --labels l.csv --out";
    for place in ["/dev/null", "/dev/stdout"] {
        let said = desk.run(&format!("{early} {place}")).ends_with(1).stderr;
        assert!(said.contains(&format!("`{place}` is no file")), "{said}");
    }
}

#[test]
fn a_link_is_followed() {
    let desk = desk();
    fs::create_dir(desk.path("deep")).unwrap();
    for (number, words) in commands().iter().enumerate() {
        let (plain, link, real) =
            (format!("plain{number}"), format!("link{number}"), format!("deep/{number}"));
        desk.run(&format!("{words} {plain}")).ends_with(0);
        fs::write(desk.path(&real), "").unwrap();
        symlink(&real, desk.path(&link)).unwrap();
        desk.run(&format!("{words} {link}")).ends_with(0);
        assert!(desk.path(&link).is_symlink(), "{words}");
        assert_eq!(fs::read(desk.path(&real)).unwrap(), fs::read(desk.path(&plain)).unwrap(), "{words}");
        // What it leads to is asked, and not the link.
        fs::write(desk.path(&real), "mine").unwrap();
        let said = desk.run(&format!("{words} {link}")).ends_with(1).stderr;
        assert!(said.contains(&format!("`{link}` is there and is no ")), "{said}");
        assert_eq!(fs::read(desk.path(&real)).unwrap(), b"mine");
        fs::remove_file(desk.path(&real)).unwrap();
        let said = desk.run(&format!("{words} {link}")).ends_with(1).stderr;
        assert!(said.contains("is a link that leads to no file"), "{said}");
    }
    assert_eq!(fs::read_dir(desk.path("deep")).unwrap().count(), 0);
    // A link into a sealed result is one way into it.
    fs::write(desk.path("result/p.svg"), "").unwrap();
    symlink("result/p.svg", desk.path("in.svg")).unwrap();
    let said = desk.run(&format!("explain result {B} --svg in.svg")).ends_with(1).stderr;
    assert!(said.contains("lies in the result"), "{said}");
}

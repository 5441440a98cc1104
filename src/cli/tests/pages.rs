//! The shell completions and the manual page, made from the definition of the command line when a release is made
//! (release/pack.sh): `JIRA_SEND_PAGES=FOLDER cargo test --bin jira-send pages`.

use std::path::Path;

use clap_complete::{Shell, generate};

use crate::cli::{help, later::whole};

/// Width of a page of a manual, in characters.
const WIDTH: usize = 80;

/// Every file, by its name.
fn files() -> Vec<(String, Vec<u8>)> {
    let shells = [
        (Shell::Bash, "completions/jira-send.bash"),
        (Shell::Zsh, "completions/_jira-send"),
        (Shell::Fish, "completions/jira-send.fish"),
        (Shell::PowerShell, "completions/jira-send.ps1"),
    ];
    let mut files: Vec<_> = shells
        .into_iter()
        .map(|(shell, name)| {
            let mut text = Vec::new();
            let mut program = help::of_width(whole(), WIDTH);
            generate(shell, &mut program, "jira-send", &mut text);
            (name.to_owned(), printed(&text))
        })
        .collect();
    let program = help::of_width(whole(), WIDTH);
    manual(&program, "jira-send", &mut files);
    files
}

fn printed(page: &[u8]) -> Vec<u8> {
    help::printed(&String::from_utf8_lossy(page)).into_bytes()
}

/// The page of a command and those of the commands below it.
fn manual(command: &clap::Command, name: &str, files: &mut Vec<(String, Vec<u8>)>) {
    let mut text = Vec::new();
    let titled = command.clone().display_name(name.to_owned());
    clap_mangen::Man::new(titled)
        .title(name)
        .render(&mut text)
        .unwrap();
    files.push((format!("man/{name}.1"), printed(&text)));
    for nested in command.get_subcommands() {
        if nested.get_name() != "help" {
            manual(nested, &format!("{name}-{}", nested.get_name()), files);
        }
    }
}

#[test]
fn pages_are_made_from_the_command_line() {
    let files = files();
    for name in [
        "completions/jira-send.bash",
        "completions/_jira-send",
        "completions/jira-send.fish",
        "completions/jira-send.ps1",
        "man/jira-send.1",
        "man/jira-send-show-build.1",
    ] {
        let file = files.iter().find(|(file, _)| file == name);
        let (_, bytes) = file.unwrap_or_else(|| panic!("{name} is missing"));
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains("jira") && !text.contains('\u{1b}'), "{name}");
        if name.starts_with("completions") {
            assert!(text.contains("environment-id"), "{name}");
        }
    }
    if let Some(folder) = std::env::var_os("JIRA_SEND_PAGES") {
        for (name, bytes) in files {
            let path = Path::new(&folder).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

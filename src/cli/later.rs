//! Commands whose options are defined when the command is used: a call uses one of them, and to define all costs more than
//! the rest of the call.

use std::ffi::OsString;
use std::mem;
use std::ops::Deref;

use clap::error::Error;
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches};

use super::Cli;

/// The options of a command.
#[derive(Clone, Debug)]
pub(crate) struct Later<T>(Box<T>);

impl<T> Later<T> {
    /// The options themselves.
    pub(crate) fn into_inner(self) -> T {
        *self.0
    }
}

impl<T> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Args> Args for Later<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(|command| described(command, T::augment_args))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command.defer(|command| described(command, T::augment_args_for_update))
    }
}

impl<T: FromArgMatches> FromArgMatches for Later<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(|options| Self(Box::new(options)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// The program, in which the commands that these words name have their options.
pub(crate) fn program(typed: &[OsString]) -> clap::Command {
    let mut program = with_long_help(Cli::command());
    define(&mut program, typed.get(1..).unwrap_or_default());
    program
}

/// Defines the options of the command below this one that the words name, and so on.
fn define(command: &mut clap::Command, words: &[OsString]) {
    for (index, word) in words.iter().enumerate() {
        // `help show build` and `show help build` name the same command.
        if word == "help" {
            continue;
        }
        if word == "--" {
            return;
        }
        if let Some(named) = command.find_subcommand_mut(word) {
            *named = defined(mem::take(named));
            return define(named, &words[index + 1..]);
        }
    }
}

/// The commands, each with its options, which are defined when it comes.
pub(crate) fn commands() -> impl Iterator<Item = clap::Command> {
    let commands: Vec<_> = Cli::command().get_subcommands().cloned().collect();
    commands.into_iter().map(with_all)
}

fn with_all(command: clap::Command) -> clap::Command {
    defined(command).mut_subcommands(with_all)
}

fn defined(mut command: clap::Command) -> clap::Command {
    // Clap defines the options for whatever needs them, such as the line that shows how a command is used.
    let _ = command.render_usage();
    command
}

/// The command with more options, and still its own description.
fn described(command: clap::Command, augment: fn(clap::Command) -> clap::Command) -> clap::Command {
    let command = with_long_help(command);
    let (short, long) = (command.get_about(), command.get_long_about());
    let (short, long) = (short.cloned(), long.cloned());
    augment(command)
        .about(short.unwrap_or_default())
        .long_about(long.unwrap_or_default())
}

/// Every command has more to show in its long help, such as the variables of its options.
fn with_long_help(command: clap::Command) -> clap::Command {
    let long = command.get_long_about().or(command.get_about()).cloned();
    command.long_about(long.unwrap_or_default())
}

/// The program, in which every command has its options.
pub(crate) fn whole() -> clap::Command {
    with_long_help(Cli::command()).mut_subcommands(with_all)
}

//! The stand-in as a program, for demos and for tests in other languages.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use jira_sandbox::{Config, Sandbox};

const HELP: &str = "\
A local stand-in for Jira Cloud: token, all that a CI server can send, and a page per issue.

Usage: jira-sandbox [OPTIONS]

Prints its address as the first line, then serves until it is killed.
The address is site, API and token host at once; /browse/KEY shows an issue.

  --port N               port on 127.0.0.1 (default: a free one)
  --projects ABC,PROJ    projects whose issue keys are known (default: ABC,PROJ,OPS)
  --client-id X          (default: sandbox-client)
  --client-secret Y      (default: sandbox-secret)
  --requests-per-second N  answer more with 429, for each operation by itself (default: no limit)
  --until-stdin-closes   end when standard input ends
  --help                 this text

Control: GET /_sandbox/requests, DELETE /_sandbox (forgets everything), and POST (sets) or DELETE (ends) of
  /_sandbox/faults, /_sandbox/gating and /_sandbox/visibility
  curl -d '{\"endpoint\":\"builds\",\"times\":2,\"status\":503}' $URL/_sandbox/faults
  curl -d '{\"script\":[\"404\",\"awaiting\",\"allowed\"]}' $URL/_sandbox/gating
  curl -d '{\"milliseconds\":500}' $URL/_sandbox/visibility
";

enum Order {
    Help,
    Serve {
        config: Config,
        until_stdin_closes: bool,
    },
}

fn main() -> ExitCode {
    match read_arguments(std::env::args().skip(1)) {
        Ok(Order::Help) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Order::Serve {
            config,
            until_stdin_closes,
        }) => match serve(config, until_stdin_closes) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("jira-sandbox: {error}");
                ExitCode::FAILURE
            }
        },
        Err(message) => {
            eprintln!("jira-sandbox: {message}; see --help");
            ExitCode::from(2)
        }
    }
}

fn read_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Order, String> {
    let mut config = Config::default();
    let mut until_stdin_closes = false;
    while let Some(argument) = arguments.next() {
        let (name, mut inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            inline
                .take()
                .or_else(|| arguments.next())
                .ok_or_else(|| format!("{name} needs a value"))
        };
        match name.as_str() {
            "--help" | "-h" => return Ok(Order::Help),
            "--until-stdin-closes" => until_stdin_closes = true,
            "--port" => config.port = value()?.parse().map_err(|_| "--port needs a port number")?,
            "--requests-per-second" => {
                let rate = value()?.parse().ok().filter(|rate| *rate > 0);
                config.requests_per_second = Some(rate.ok_or("the rate must be a number above 0")?);
            }
            "--projects" => config.projects = upper_case_list(&value()?),
            "--client-id" => config.client_id = value()?,
            "--client-secret" => config.client_secret = value()?,
            other => return Err(format!("unknown argument {other}")),
        }
        if inline.is_some() {
            return Err(format!("{name} takes no value"));
        }
    }
    Ok(Order::Serve {
        config,
        until_stdin_closes,
    })
}

fn upper_case_list(text: &str) -> Vec<String> {
    text.split(',')
        .map(|name| name.trim().to_uppercase())
        .collect()
}

fn serve(config: Config, until_stdin_closes: bool) -> io::Result<()> {
    let sandbox = Sandbox::try_with(config)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", sandbox.url())?;
    stdout.flush()?;
    if until_stdin_closes {
        io::copy(&mut io::stdin(), &mut io::sink())?;
    } else {
        loop {
            thread::park();
        }
    }
    Ok(())
}

//! The `oplata` binary.

fn main() -> std::process::ExitCode {
    oplata::cli::run()
}

//! The program, so that tests can start it and kill it.

fn main() -> std::process::ExitCode {
    covertrail::main()
}

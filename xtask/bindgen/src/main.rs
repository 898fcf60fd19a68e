//! `xtask-bindgen INPUT.wasm FOLDER`: writes `motet.js`, `motet.d.ts` and `motet_bg.wasm` for a browser.

use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = args.as_slice() else {
        eprintln!("usage: xtask-bindgen INPUT.wasm FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .out_name("motet")
        .typescript(true)
        .omit_default_module_path(false)
        // The squeeze sorts by names, and then takes them out.
        .remove_name_section(false)
        .remove_producers_section(true);
    match bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to write the bindings of {input}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

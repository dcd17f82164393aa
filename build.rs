//! Embeds the browser files of GraphiQL when `npm ci --prefix web` has installed them. Nothing of theirs is committed.

use std::{env, fs, io, path::Path};

const FILES: [(&str, &str); 4] = [
    ("react.js", "react/umd/react.production.min.js"),
    ("react-dom.js", "react-dom/umd/react-dom.production.min.js"),
    ("graphiql.js", "graphiql/graphiql.min.js"),
    ("graphiql.css", "graphiql/graphiql.min.css"),
];

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let modules = Path::new(&root).join("web/node_modules");
    let installed = FILES.iter().all(|(_, file)| modules.join(file).is_file());
    println!("cargo:rerun-if-changed=build.rs");
    let mut list = String::from("&[");
    if installed {
        for (name, file) in FILES {
            let path = modules.join(file);
            println!("cargo:rerun-if-changed={}", path.display());
            list.push_str(&format!("({name:?}, include_bytes!({:?}).as_slice()),", path.display().to_string()));
        }
    } else {
        // the folder, not the missing files: a missing file would make every build run this again
        println!("cargo:rerun-if-changed=web");
    }
    list.push(']');
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("graphiql_assets.rs"), list)
}

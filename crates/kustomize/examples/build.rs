//! Builds directories named on stdin, each into `OUT/N.yaml` or `OUT/N.err`: `build ROOT OUT`.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::{env, fs};

use zij_kustomize::{DiskFolder, Options, Profile, build};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = DiskFolder::new(arguments.next().ok_or("no ROOT")?)?;
    let out = PathBuf::from(arguments.next().ok_or("no OUT")?);
    let version = arguments.next().unwrap_or_default();
    let profile = Profile::find(&version).unwrap_or_default();
    let options = Options { profile, ..Options::default() };
    for (number, directory) in io::stdin().lock().lines().enumerate() {
        let built = build(&folder, &directory?, &options).and_then(|build| build.to_yaml());
        match built {
            Ok(text) => fs::write(out.join(format!("{number}.yaml")), text)?,
            Err(error) => fs::write(out.join(format!("{number}.err")), error.to_string())?,
        }
    }
    Ok(io::stdout().flush()?)
}

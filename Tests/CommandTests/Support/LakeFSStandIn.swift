import Foundation
import MigrationsTesting

/// A program in the place of `lakectl`, for there is no LakeFS to test against: it keeps repositories as folders, and knows
/// the few calls of the script with what the documentation says of them.
struct LakeFSStandIn {
    let folder: String

    init(in folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: "\(folder)/lakefs", withIntermediateDirectories: true)
        try Program.write(Self.program, to: "\(folder)/lakectl")
    }

    /// Adds a repository with the given refs.
    func add(_ name: String, refs: String) throws {
        let place = "\(folder)/lakefs/\(name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try "s3://hub-storage/\(name)".write(toFile: "\(place)/storage", atomically: true, encoding: .utf8)
        try refs.write(toFile: "\(place)/refs", atomically: true, encoding: .utf8)
    }

    /// The repositories by name: storage namespace and refs, no refs where it is bare.
    func repositories() throws -> [String: [String?]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/lakefs")
        return names.reduce(into: [:]) { repositories, name in
            repositories[name] = ["storage", "refs"].map {
                try? String(contentsOfFile: "\(folder)/lakefs/\(name)/\($0)", encoding: .utf8)
            }
        }
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/lakefs/\(name)") }

    /// Runs a script with the stand-in ahead of everything else in PATH.
    func run(_ script: String, environment: String = "") throws -> Program.Outcome {
        try script.write(toFile: "\(folder)/rename.sh", atomically: true, encoding: .utf8)
        return try Program.outcome(
            of: "sh", ["-c", "cd '\(folder)' && \(environment) PATH=\"$PWD:$PATH\" sh rename.sh"])
    }

    /// A page has two repositories at most, so that the script has to turn pages.
    private static let program = #"""
        #!/bin/sh
        set -eu
        cd "$(dirname "$0")/lakefs"
        name=${2#lakefs://}
        case "$1 ${2:-}" in
        "repo list")
            echo "+------------+-------------------------------+------------------+---------------------+"
            echo "| REPOSITORY | CREATION DATE                 | DEFAULT REF NAME | STORAGE NAMESPACE   |"
            for name in $(ls | LC_ALL=C sort | awk -v after="$6" '$0 > after' | head -n 2); do
                echo "| $name | 2025-10-01 12:00:00 +0000 UTC | main | $(cat "$name/storage") |"
            done
            ;;
        "refs-dump "*) cat "$name/refs" ;;
        "repo create-bare")
            name=${3#lakefs://}
            mkdir "$name"
            printf %s "$4" > "$name/storage"
            ;;
        "refs-restore "*)
            [ -z "${BROKEN:-}" ] || { echo "503" >&2; exit 1; }
            [ ! -e "$name/refs" ] && cat "$4" > "$name/refs"
            ;;
        "branch show")
            name=${3#lakefs://}
            [ -e "${name%/main}/refs" ]
            ;;
        *) echo "unknown: $*" >&2; exit 2 ;;
        esac
        """#
}

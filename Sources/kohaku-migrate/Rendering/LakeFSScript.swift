import KohakuHubMigrations
import Migrations

/// The shell script of `lakefs --script`: what LakeFS has instead of renaming, one repository after the other.
///
/// A name in it is spelled as it must be, whatever it holds, as in ``PlanSQL``.
struct LakeFSScript {
    let text: String

    init(_ repositories: [LakeFSRepository], database: DatabaseURL) {
        var lines = [
            "#!/bin/sh",
            "# Made by kohaku-migrate lakefs from: \("\(database)".escaped)",
            Self.functions,
        ]
        for repository in repositories where !repository.isShared {
            lines.append("move \(repository.oldName.quotedForShell) \(repository.newName)")
        }
        let shared = repositories.filter(\.isShared)
        if !shared.isEmpty {
            lines += [
                "", "# Each of these shares its old name with another, and its contents too:",
            ]
            for repository in shared {
                lines += [
                    "# \(repository.type) \(repository.fullID)".escaped,
                    "# move \(repository.oldName.escaped.quotedForShell) \(repository.newName)",
                ]
            }
        }
        text = (lines + ["", #"exit "$status""#]).joined(separator: "\n")
    }

    private static let functions = #"""
        #
        # Makes LakeFS repositories of the new names with the contents of the old ones.
        # It deletes nothing, and can be run again. Read docs/lakefs.md first, stop the
        # hub, and back up LakeFS's own database. It needs lakectl, and credentials that
        # may create repositories.
        set -eu

        manifest=$(mktemp)
        trap 'rm -f "$manifest"' EXIT
        status=0

        # The names and storage namespaces of all repositories in LakeFS.
        list() {
            after=
            while :; do
                page=$(lakectl repo list --amount 1000 --after "$after") || exit 1
                page=$(printf '%s\n' "$page" | awk '{
                    gsub(/[|│]/, " ")
                    for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) print $1, $i
                }')
                [ -n "$page" ] || break
                printf '%s\n' "$page"
                after=$(printf '%s\n' "$page" | tail -n 1 | cut -d ' ' -f 1)
            done
        }
        repositories=$(list)

        storage() {
            printf '%s\n' "$repositories" | name=$1 awk '$1 == ENVIRON["name"] { print $2 }'
        }

        # move OLD NEW: LakeFS cannot rename. The refs of the old repository are restored
        # into a new one over the same storage.
        move() {
            from=$(storage "$1")
            to=$(storage "$2")
            if [ -z "$from" ]; then
                echo "skipped: LakeFS has no $1"
            elif [ -z "$to" ]; then
                if lakectl refs-dump "lakefs://$1" > "$manifest" &&
                    lakectl repo create-bare "lakefs://$2" "$from" &&
                    lakectl refs-restore "lakefs://$2" --manifest "$manifest"
                then
                    echo "moved: $1 to $2"
                else
                    echo "not moved: $1, as lakectl says above" >&2
                    status=1
                fi
            elif [ "$to" = "$from" ] && lakectl branch show "lakefs://$2/main" > /dev/null 2>&1; then
                echo "done before: $1 to $2"
            else
                echo "not moved: $1, for $2 is there without its contents: see docs/lakefs.md" >&2
                status=1
            fi
        }

        """#
}

import Migrations
import MigrationsTesting

/// Every kind of finding about rows, in the order in which they are told.
extension FindingCase {
    static let all: [FindingCase] = names + placements + ownersAndInvitations + accounts + repositories

    private static let names = [
        FindingCase(
            .warning, "normalized_name_collision", "user",
            """
            2 names differ from another only in case, "-" or "_". The oldest keeps the normalized name; "~<id>" is \
            appended to the others.
            """,
            examples: [#"user 2 "A-da" becomes ada~2"#, #"organization 2 "l-ab" becomes lab~92"#],
            .user(2, "A-da"), .organization(1, "lab"), .organization(2, "l-ab"))
    ]

    private static let placements = [
        FindingCase(
            .notice, "shared_full_id_decided", "file", decided("by the LFS history and its commit"),
            examples: ["ada/d1: a.bin to the dataset"],
            .repository(11, "model", "ada/d1"), .repository(12, "dataset", "ada/d1"), .file(11, "ada/d1"),
            .object(of: "d1", "ada/d1"), .commit("d1", "dataset", "ada/d1")),
        FindingCase(
            .notice, "shared_full_id_decided", "file", decided("by the time of a commit"),
            examples: ["ada/d2: a.bin to the model"],
            .repository(13, "model", "ada/d2"), .repository(14, "dataset", "ada/d2"), .file(12, "ada/d2"),
            .commit("d2", "model", "ada/d2", at: "2025-06-02 12:00:10")),
        FindingCase(
            .notice, "shared_full_id_decided", "file", decided("by a staged upload"),
            examples: ["ada/m: a.bin to the dataset"],
            .repository(15, "model"), .repository(16, "dataset"), .file(13), .upload("dataset")),
        FindingCase(
            .notice, "shared_full_id_decided", "file",
            decided("because no other repository existed when it was written"),
            examples: ["ada/d4: a.bin to the model"],
            .repository(17, "model", "ada/d4"), .repository(18, "dataset", "ada/d4", created: "2025-07-01 00:00:00"),
            .file(14, "ada/d4")),
        FindingCase(
            .warning, "shared_full_id_copied", "file",
            "2 files under a full id that several repositories share are copied to each: the owner cannot be known.",
            examples: ["ada/c: a.bin", "ada/c: b.bin"],
            .repository(21, "model", "ada/c"), .repository(22, "dataset", "ada/c"), .file(15, "ada/c"),
            .file(16, "ada/c", path: "b.bin")),
        FindingCase(
            .warning, "history_lowest_id", "lfsobjecthistory",
            """
            1 row of the LFS history is assigned to the repository with the lowest id among those that share the full id.
            """,
            examples: ["id 70"],
            .repository(24, "model", "ada/h"), .repository(23, "dataset", "ada/h"),
            .object(of: "unknown", "ada/h").with(["id": 70])),
        FindingCase(
            .notice, "moved_repository", "repository",
            "Commits and LFS history left under 1 full id of moved repositories follow their LFS objects.",
            examples: ["ada/old to model ada/new"],
            .repository(31, "model", "ada/new"), .file(31, "ada/new", hash: "moved"), .commit("m", "model", "ada/old"),
            .object(of: "m", "ada/old", hash: "moved")),
    ]

    private static func decided(_ rule: String) -> String {
        "1 file under a full id that several repositories share is assigned to one of them \(rule)."
    }

    private static let ownersAndInvitations = [
        FindingCase(
            .notice, "owner_changed", "repository",
            """
            2 repositories get the owner of the namespace: the recorded one no longer exists, or is the placeholder user 1.
            """,
            examples: [#"zoe/x: user 50 to "zoe""#, #"zoe/y: user 1 to "zoe""#],
            .repository(41, "model", "zoe/x", owner: 50), .repository(42, "model", "zoe/y", owner: 1)),
        FindingCase(
            .notice, "invitation_parameters", "invitation",
            "2 invitations have parameters that are not a JSON object; they are kept.",
            examples: ["id 51", "id 52"],
            .invitation(51, "{broken"), .invitation(52, "[3]"), .invitation(53)),
        FindingCase(
            .notice, "invitation_used_by", "invitation",
            "1 invitation was used by a user who no longer exists: used_by becomes NULL.",
            examples: ["id 54: user 50"], .invitation(54, usedBy: 50), .invitation(55, usedBy: 90)),
    ]
}

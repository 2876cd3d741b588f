import Migrations
import MigrationsTesting

/// Every rule of the quarantine, by table in the order in which they are rewritten.
extension FindingCase {
    static let accounts = [
        FindingCase(
            quarantined: [61], of: "repository",
            "the owner no longer exists, and nobody has the name of the namespace",
            because: "its owner, user 50, no longer exists, and nobody is named nobody",
            .repository(61, "model", "nobody/r", owner: 50)),
        FindingCase(
            quarantined: [1], of: "emailverification", "the user no longer exists", because: userIsGone,
            .address(1, of: 50), .address(2, of: 1)),
        FindingCase(
            quarantined: [1], of: "session", "the user no longer exists", because: userIsGone,
            .session(1, of: 50), .session(2, of: 1)),
        FindingCase(
            quarantined: [1, 3], of: "token", "the user no longer exists", because: userIsGone,
            .token(1, of: 50), .token(2, of: 1), .token(3, of: 50)),
        FindingCase(
            quarantined: [1], of: "sshkey", "the user no longer exists", because: userIsGone,
            .key(1, of: 50), .key(2, of: 1)),
        FindingCase(
            quarantined: [1], of: "userorganization", "the user no longer exists", because: userIsGone,
            on: [.sqlite], .organization(3, "circle"), .membership(1, of: 50, in: 3, role: "member")),
        FindingCase(
            quarantined: [2], of: "userorganization", "the organization no longer exists",
            because: "organization 77 no longer exists", on: [.sqlite], .membership(2, of: 1, in: 77, role: "member")),
        FindingCase(
            quarantined: [3, 5], of: "userorganization", "the same user is a member with a higher role",
            because: "user 1 is in organization 4 more than once: the highest role stays", .organization(4, "team"),
            .membership(3, of: 1, in: 4, role: "member"), .membership(4, of: 1, in: 4, role: "admin"),
            .membership(5, of: 1, in: 4, role: "visitor"), .membership(6, of: 90, in: 4, role: "visitor")),
    ]

    static let repositories = [
        FindingCase(
            quarantined: [62], of: "file", "the repository with that full id no longer exists or is itself quarantined",
            because: "there is no repository ada/gone1", .file(62, "ada/gone1")),
        FindingCase(
            quarantined: [63], of: "stagingupload",
            "the repository with that full id and type no longer exists or is itself quarantined",
            because: "there is no model ada/gone2", .upload("model").with(["id": 63, "repo_full_id": "ada/gone2"])),
        FindingCase(
            quarantined: [64], of: "lfsobjecthistory",
            "the repository with that full id no longer exists or is itself quarantined",
            because: "there is no repository ada/gone3",
            .object(of: "unknown", "ada/gone3", hash: "lost").with(["id": 64])),
        FindingCase(
            quarantined: [65], of: "commit",
            "the repository with that full id and type no longer exists or is itself quarantined",
            because: "there is no dataset ada/s",
            .repository(63, "model", "ada/s"), .commit("s", "dataset", "ada/s").with(["id": 65])),
        FindingCase(
            quarantined: [66], of: "commit", "the author no longer exists",
            because: "its author, user 50 no longer exists",
            .repository(64, "model", "ada/t"), .commit("t", "model", "ada/t").with(["id": 66, "user_id": 50])),
        FindingCase(
            quarantined: [67], of: "invitation", "the organization that they invite to no longer exists",
            because: "the organization it invites to no longer exists", .invitation(67, #"{"org_id": 77}"#)),
        FindingCase(
            quarantined: [68], of: "invitation",
            "the creator no longer exists (012 releases them, without a creator)",
            because: "its creator, user 50 no longer exists", .invitation(68, by: 50)),
    ]

    private static let userIsGone = "user 50 no longer exists"
}

// Package staff is who may use the back office: members of dtb_member, their
// passwords and their login.
//
//	member.go    members
//	login.go     a login: locked after six failures, constant work for unknown ids
//	password.go  argon2id for kessai's own shop; EC-CUBE's hashes where it is attached
//	generate.go  passwords that can be read aloud
//	sql.go       all SQL
//
// In an attached shop members belong to EC-CUBE: they are verified, never added or
// changed. Sessions are web's; roles come later.
//
// Facts: eccube.md §5 and §9 (dtb_member, dtb_login_history); libraries.md §5.
package staff

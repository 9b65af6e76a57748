// Package dbtest hands tests a database of their own on each engine, and loads
// real EC-CUBE databases into one.
//
// SQLite needs nothing. The servers are named by the environment:
//
//	KESSAI_TEST_POSTGRES   postgres://root@127.0.0.1:5432/postgres
//	KESSAI_TEST_MYSQL      mysql://root@127.0.0.1:3306/test
//	KESSAI_TEST_REQUIRE    "all": a server that is not named fails the test
//	KESSAI_TEST_ECCUBE     folder of EC-CUBE dumps, for LoadDump
//
// Each test gets its own database, so tests run in parallel, in several processes
// too. The account must be allowed to create databases; names begin with kessai_t.
// What a killed process leaves behind is dropped hours later by another.
//
// It is for tests only; nothing else may import it.
package dbtest

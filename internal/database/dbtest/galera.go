package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// galeraNodes is the least with a majority once one is gone.
const galeraNodes = 3

// syncedWithin is how long a node may take to join.
const syncedWithin = 2 * time.Minute

// galeraLibraries are where Debian puts the provider.
var galeraLibraries = []string{"/usr/lib/galera/libgalera_smm.so", "/usr/lib/libgalera_smm.so"}

// Galera is a MariaDB cluster of three nodes on this machine, for one test. Its nodes are
// processes that the test may kill.
type Galera struct {
	t     testing.TB
	dir   string
	nodes []*galeraNode
}

// galeraNode is one server and its ports.
type galeraNode struct {
	name, dir              string
	port, group, ist, sst  int
	cmd                    *exec.Cmd
	ended                  chan struct{}
	library, socket, error string
}

// StartGalera starts a cluster with a migrated database in it. Without the packages
// mariadb-server, galera-4 and rsync the test is skipped, or fails if
// KESSAI_TEST_REQUIRE is "all".
func StartGalera(t testing.TB) *Galera {
	t.Helper()
	library, missing := galeraPackages()
	switch {
	case missing == "":
	case os.Getenv("KESSAI_TEST_REQUIRE") == "all":
		t.Fatalf("%s is not installed, and KESSAI_TEST_REQUIRE=all forbids to leave the cluster out", missing)
	default:
		t.Skipf("NOT TESTED on a Galera cluster: %s is not installed", missing)
	}
	g := &Galera{t: t}
	var err error
	if g.dir, err = os.MkdirTemp("", "kessai-galera-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.stop)
	if err := os.Chmod(g.dir, 0o755); err != nil { //nolint:gosec // the servers run under another user
		t.Fatal(err)
	}
	g.plan(library)
	if err := g.install(); err != nil {
		t.Fatalf("galera: %v", err)
	}
	for i := range g.nodes {
		g.Start(i)
	}
	if err := g.migrate(); err != nil {
		t.Fatalf("galera: %v", err)
	}
	return g
}

func galeraPackages() (library, missing string) {
	for _, file := range galeraLibraries {
		if _, err := os.Stat(file); err == nil {
			library = file
			break
		}
	}
	if library == "" {
		return "", "galera-4"
	}
	for _, program := range []string{"mariadbd", "mariadb-install-db", "rsync"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", program
		}
	}
	return library, ""
}

// plan gives each node its folder and its four ports.
func (g *Galera) plan(library string) {
	g.t.Helper()
	for i := range galeraNodes {
		n := &galeraNode{name: fmt.Sprintf("n%d", i+1), dir: filepath.Join(g.dir, fmt.Sprint(i+1)), library: library}
		n.socket, n.error = filepath.Join(g.dir, n.name+".sock"), filepath.Join(g.dir, n.name+".log")
		for _, port := range []*int{&n.port, &n.group, &n.ist, &n.sst} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				g.t.Fatal(err)
			}
			*port = l.Addr().(*net.TCPAddr).Port
			defer func() { _ = l.Close() }() // all are held until all are known
		}
		g.nodes = append(g.nodes, n)
	}
}

// install makes one data folder; the other nodes begin with copies of it.
func (g *Galera) install() error {
	first := g.nodes[0].dir
	args := []string{"--no-defaults", "--datadir=" + first, "--auth-root-authentication-method=normal", "--skip-test-db"}
	if os.Getuid() == 0 {
		args = append(args, "--user=mysql")
	}
	if out, err := exec.Command("mariadb-install-db", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	for _, n := range g.nodes[1:] {
		if out, err := exec.Command("cp", "-a", first, n.dir).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
	}
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "mysql", g.dir).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
	}
	return nil
}

// Start starts a node and waits until it is synced. The first one to run makes the cluster.
func (g *Galera) Start(i int) {
	g.t.Helper()
	n := g.nodes[i]
	var others []string
	for _, o := range g.nodes {
		if o != n && o.cmd != nil {
			others = append(others, fmt.Sprintf("127.0.0.1:%d", o.group))
		}
	}
	args := []string{
		"--no-defaults", "--datadir=" + n.dir, fmt.Sprintf("--port=%d", n.port), "--bind-address=127.0.0.1", "--socket=" + n.socket,
		"--pid-file=" + filepath.Join(g.dir, n.name+".pid"), "--log-error=" + n.error, "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M", "--innodb-use-native-aio=0",
		"--innodb-flush-method=fsync", "--skip-name-resolve",
		"--wsrep-on=ON", "--wsrep-provider=" + n.library, "--wsrep-cluster-name=kessai", "--wsrep-cluster-address=gcomm://" + strings.Join(others, ","),
		fmt.Sprintf("--wsrep-node-address=127.0.0.1:%d", n.group), "--wsrep-node-name=" + n.name,
		fmt.Sprintf("--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:%d;ist.recv_addr=127.0.0.1:%d;gcache.size=16M", n.group, n.ist),
		"--wsrep-sst-method=rsync", fmt.Sprintf("--wsrep-sst-receive-address=127.0.0.1:%d", n.sst),
	}
	if os.Getuid() == 0 {
		args = append(args, "--user=mysql")
	}
	n.cmd, n.ended = exec.Command("mariadbd", args...), make(chan struct{})
	if err := n.cmd.Start(); err != nil {
		g.t.Fatalf("galera %s: %v", n.name, err)
	}
	cmd, ended := n.cmd, n.ended
	go func() {
		_ = cmd.Wait() // it was killed
		close(ended)
	}()
	if err := g.synced(n); err != nil {
		g.t.Fatalf("galera %s: %v\n%s", n.name, err, n.tail())
	}
}

// synced waits until a node says so.
func (g *Galera) synced(n *galeraNode) error {
	pool, err := mysqlAdmin(n.url("mysql"))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }() // it was only asked
	ctx, cancel := context.WithTimeout(context.Background(), syncedWithin)
	defer cancel()
	for {
		var name, state string
		err := pool.QueryRowContext(ctx, "SHOW STATUS LIKE 'wsrep_local_state_comment'").Scan(&name, &state)
		switch {
		case err == nil && state == "Synced":
			return nil
		case ctx.Err() != nil:
			return errors.Join(fmt.Errorf("not synced: %q", state), err)
		}
		select {
		case <-n.ended:
			return errors.New("the server ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// migrate makes the test's database on the first node; the others get it from there.
func (g *Galera) migrate() error {
	pool, err := mysqlAdmin(g.nodes[0].url("mysql"))
	if err != nil {
		return err
	}
	ctx := context.Background()
	err = func(pool *sql.DB) error {
		_, err := pool.ExecContext(ctx, "CREATE DATABASE kessai CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
		return err
	}(pool)
	if err := errors.Join(err, pool.Close()); err != nil {
		return err
	}
	return prepare(ctx, g.URL(0), Migrated)
}

// URL is the database on one node.
func (g *Galera) URL(i int) string { return g.nodes[i].url("kessai") }

// Kill ends a node with SIGKILL.
func (g *Galera) Kill(i int) {
	n := g.nodes[i]
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill() // it may have ended
	<-n.ended
	n.cmd = nil
}

// stop ends the cluster.
func (g *Galera) stop() {
	for i := range g.nodes {
		g.Kill(i)
	}
	if err := os.RemoveAll(g.dir); err != nil {
		g.t.Errorf("galera: %v", err)
	}
}

func (n *galeraNode) url(name string) string {
	return "mysql://root@" + net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port)) + "/" + name
}

// tail is the end of the server's log.
func (n *galeraNode) tail() string {
	text, err := os.ReadFile(n.error)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddr walks from the connection's far end towards the visitor as long as
// each hop is a trusted proxy; what an untrusted hop claims is not believed.
func (k *Kernel) clientAddr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && k.trusted(addr); i-- {
		next, err := hopAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next
	}
	return addr
}

// hopAddr reads an entry; some proxies add a port.
func hopAddr(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap(), nil
	}
	addr, err := netip.ParseAddr(text)
	return addr.Unmap().WithZone(""), err
}

func (k *Kernel) trusted(addr netip.Addr) bool {
	for _, p := range k.options.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	})
	tests := []struct{ name, remote, forwarded, want string }{
		{"direct", "198.51.100.7:4000", "", "198.51.100.7"},
		{"direct with a claim", "198.51.100.7:4000", "127.0.0.1", "198.51.100.7"},
		{"through a proxy", "10.1.1.1:80", "203.0.113.9", "203.0.113.9"},
		{"through two proxies", "10.1.1.1:80", "203.0.113.9, 10.2.2.2", "203.0.113.9"},
		{"forged in front of the proxy", "10.1.1.1:80", "127.0.0.1, 203.0.113.9", "203.0.113.9"},
		{"rubbish", "10.1.1.1:80", "unknown", "10.1.1.1"},
		{"proxy without a header", "10.1.1.1:80", "", "10.1.1.1"},
		{"with a port", "10.1.1.1:80", "203.0.113.9:5555", "203.0.113.9"},
		{"IPv6", "[fd00::1]:80", "2001:db8::7", "2001:db8::7"},
		{"IPv4 in IPv6", "[::ffff:10.1.1.1]:80", "203.0.113.9", "203.0.113.9"},
		{"no address", "@", "203.0.113.9", "invalid IP"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = tc.remote
			if tc.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tc.forwarded)
			}
			if got := b.clientAddr(r).String(); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

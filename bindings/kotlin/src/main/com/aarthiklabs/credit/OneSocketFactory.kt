package com.aarthiklabs.credit

import java.io.IOException
import java.net.InetAddress
import java.net.Socket
import java.net.SocketException
import javax.net.ssl.SSLSocketFactory

/**
 * Gives one exchange its one TLS socket: being new for each exchange it finds no kept connection, a client that wants to send
 * again gets no second one, and closing it ends whatever its thread is waiting for.
 */
internal class OneSocketFactory(private val trust: SSLSocketFactory) : SSLSocketFactory() {
    private var below: Socket? = null
    private var closed = false

    override fun createSocket(socket: Socket, host: String, port: Int, autoClose: Boolean): Socket {
        synchronized(this) {
            if (closed || below != null) {
                socket.close()
                throw SocketException("one connection for one exchange")
            }
            below = socket
        }
        return trust.createSocket(socket, host, port, autoClose)
    }

    /** Any thread; what lies below TLS is closed, which waits for nobody. */
    fun close() {
        val socket = synchronized(this) {
            closed = true
            below
        }
        try {
            socket?.close()
        } catch (failed: IOException) {
            // It is closed all the same.
        }
    }

    /** Some clients begin here; told that it cannot be done they connect by themselves and come to the one above. */
    override fun createSocket(): Socket {
        if (synchronized(this) { closed || below != null }) throw SocketException("one connection for one exchange")
        return super.createSocket()
    }

    override fun getDefaultCipherSuites(): Array<String> = trust.defaultCipherSuites
    override fun getSupportedCipherSuites(): Array<String> = trust.supportedCipherSuites

    // Clients connect first and ask for TLS on top of it.
    override fun createSocket(host: String, port: Int): Socket = refuse()
    override fun createSocket(host: String, port: Int, local: InetAddress, localPort: Int): Socket = refuse()
    override fun createSocket(host: InetAddress, port: Int): Socket = refuse()
    override fun createSocket(host: InetAddress, port: Int, local: InetAddress, localPort: Int): Socket = refuse()
    private fun refuse(): Nothing = throw SocketException("TLS needs a connection below it")
}

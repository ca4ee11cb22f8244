"""gunicorn for crrubric on Linux: gunicorn -c gunicorn.conf.py crrubric.wsgi:app"""

bind = "127.0.0.1:5000"  # a web server with TLS stands before it
worker_class = "gthread"
workers = 1  # on SQLite one is all there can be; on PostgreSQL as many as there are processors
threads = 32  # SERVER_THREADS should say the same: each may hold a connection to the database
# The default of 2 seconds closes a connection while a browser sends the next save on it.
keepalive = 75
timeout = 60  # seconds until a worker that does not answer is replaced
graceful_timeout = 30  # seconds that answers have to finish when it is told to stop

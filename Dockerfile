# Odoo's own image with our addons and what they need. See docker-compose.yml.
FROM odoo:19.0

USER root
WORKDIR /opt/edu
COPY requirements-addons.txt ./
# The OCA's wheels put their addons into Python's own folder: a link gives that place a fixed name.
RUN pip3 install --no-cache-dir --break-system-packages -r requirements-addons.txt \
    && ln -s "$(pip3 show odoo-addon-report_xlsx | sed -n 's/^Location: //p')/odoo/addons" oca-addons
COPY config config
COPY scripts scripts
COPY addons addons

USER odoo
ENV EDU_RUN_DIR=/var/lib/odoo/edu
EXPOSE 8069
ENTRYPOINT ["/opt/edu/scripts/docker-start"]
